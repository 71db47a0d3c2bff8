@rem package.json starts each script with "exec", so that on Unix no shell stands between npm and the program to die of
@rem Ctrl+C first. Windows has no such word; there this file runs what follows it.
@%*
