"""From a file to peaks.

``table_file`` opens a file by ``text`` or ``workbooks``. It finds which column is which
(``layout``, ``name_columns``, ``samples``) and which rows stand apart (``rows``). ``peak_table``
makes peaks of the rows (``peaks``). ``headers``, ``cells`` and ``sources`` know what words mean.
"""
