"""What a notebook shows of jobs: HTML and SVG, which need neither widgets nor scripts."""
