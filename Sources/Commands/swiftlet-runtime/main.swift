import CSealedStart
import Glibc

/// The program's name and its arguments.
func programArguments() -> [String] {
    guard var next = sealed_start_arguments() else { return CommandLine.arguments }
    var arguments: [String] = []
    while let argument = next.pointee {
        arguments.append(String(cString: argument))
        next += 1
    }
    return arguments
}

exit(RuntimeCommand.main(programArguments()))
