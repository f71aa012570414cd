import Glibc

exit(RuntimeCommand.main(Array(CommandLine.arguments.dropFirst())))
