"""What an analysis gives back: rows, sentences, models and files of other formats."""
