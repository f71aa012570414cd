import DNS
import Glibc

exit(NameServerProgram.run(CommandLine.arguments))
