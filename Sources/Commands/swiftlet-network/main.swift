import Glibc
import NetworkTool

exit(NetworkToolProgram.run(CommandLine.arguments))
