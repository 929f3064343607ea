# Installs Restyle on Windows; the same options as install.py.
py -3 "$PSScriptRoot\install.py" @args
exit $LASTEXITCODE
