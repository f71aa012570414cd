import CVersion
import ContainerRuntime
import Glibc
import OCISpec

/// The command line: global flags, a command, its flags.
enum RuntimeCommand {
    static let version = String(cString: cversion())

    /// Runs it and gives the exit status.
    ///
    /// - Parameter commandLine: the program's name first.
    static func main(_ commandLine: [String]) -> Int32 {
        // A reader that goes away must not kill us silently.
        signal(SIGPIPE, SIG_IGN)
        var reader = ArgumentReader(commandLine.dropFirst())
        var log = Log()
        do {
            let global = try GlobalOptions(&reader)
            log = global.log
            if global.wantsVersion {
                Log.print(1, "swiftlet-runtime version \(version)\nspec: \(RuntimeSpec.version)")
                return 0
            }
            guard let command = reader.nextOperand(), !global.wantsHelp, command != "help", !reader.asksForHelp
            else {
                Log.print(1, usage)
                return 0
            }
            return try run(command, &reader, global, commandLine)
        } catch let error as UsageError {
            log.fail(error.message)
            return 1
        } catch let error as RuntimeError {
            log.fail(error.message)
            return error.exitStatus
        } catch {
            log.fail("\(error)")
            return 1
        }
    }

    private static func run(
        _ command: String,
        _ reader: inout ArgumentReader,
        _ global: GlobalOptions,
        _ commandLine: [String]
    ) throws -> Int32 {
        switch command {
        case "create", "run", "exec", "restore": try SealedProgram.enter(commandLine)
        default: break
        }
        switch command {
        case "create": return try CreateCommand(&reader, kind: .create).run(global)
        case "run": return try CreateCommand(&reader, kind: .run).run(global)
        case "exec": return try ExecCommand(&reader).run(global)
        case "start": try global.engine.start(id: try single(&reader))
        case "state": try ListCommand.printState(of: try single(&reader), global.engine)
        case "kill": try KillCommand(&reader).run(global)
        case "delete": try DeleteCommand(&reader).run(global)
        case "list": try ListCommand(&reader).run(global)
        case "ps": try ProcessListCommand(&reader).run(global)
        case "update": try UpdateCommand(&reader).run(global)
        case "events": try EventsCommand(&reader).run(global)
        case "stats": try EventsCommand(&reader, onlyStatistics: true).run(global)
        case "checkpoint": try CheckpointCommand(&reader).run(global)
        case "restore": return try RestoreCommand(&reader).run(global)
        case "pause": try global.engine.setPaused(id: try single(&reader), true)
        case "resume": try global.engine.setPaused(id: try single(&reader), false)
        case "spec": try SpecCommand(&reader).run()
        case "features": SpecCommand.printFeatures()
        case PodInit.command: return PodInit.run()
        case PodNamespaces.command: try PodNamespaces(&reader).run()
        case ScopeKeeper.command: return ScopeKeeper.keep()
        default: throw UsageError("unknown command \"\(command)\"")
        }
        return 0
    }

    /// The one operand of a command without flags: a container's id.
    static func single(_ reader: inout ArgumentReader) throws(UsageError) -> String {
        if try reader.nextFlag() != nil { throw reader.unknown() }
        let operands = reader.operands()
        guard operands.count == 1 else { throw UsageError("a container id is needed, and nothing else") }
        return operands[0]
    }

    private static let usage = """
        swiftlet-runtime: an OCI runtime for Linux

        usage: swiftlet-runtime [--root DIR] [--log FILE] [--log-format text|json] [--debug] [--rootless true|false|auto]
                                [--cgroup-manager cgroupfs|systemd|disabled] [--systemd-cgroup] COMMAND [flags] ID

          create    make a container from a bundle (--bundle, --config, --pid-file, --console-socket, --preserve-fds…)
          start     start the program of a created container
          run       create and start; waits for the end unless --detach
          exec      run another process in a container (--process, --tty, --cwd, --env, --user, --cap, --cgroup…)
          state     print the state of a container as JSON
          kill      send a signal to a container (--all: to all of its processes; --regex: to all that match)
          delete    remove a stopped container (--force: kill it first; --regex: all that match)
          list      list containers (--format table|json, --quiet)
          ps        list the processes of a container (--format table|json; behind the id: options for ps(1))
          events    print statistics and ends for lack of memory as JSON lines (--interval, --stats: once)
          stats     the same as events --stats
          update    change limits (--memory, --cpu-quota, --pids-limit…, or --resources FILE)
          pause     stop all processes of a container
          resume    continue them
          checkpoint  write a running container down with criu (--image-path, --leave-running, --pre-dump…)
          restore   make a container of what checkpoint wrote (--bundle, --image-path, --detach…)
          spec      write an example config.json (--rootless)
          features  print what this runtime can do
        """
}
