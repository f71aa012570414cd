import Glibc
import Linux

/// A program with the command line of an OCI runtime that makes no container: it runs `<bundle>/program` with sh, so that
/// a monitor can be tested without root and namespaces.
///
/// It keeps to what monitors rely on: `create` returns with the first process waiting, which is its child no longer;
/// `start` lets it go; `kill --all` and `delete --force` kill the whole session. `<bundle>/create-fails` makes `create` fail
/// with that text.
public struct FakeRuntime: Sendable {
    public let path: String
    /// Where its state is: `<root>/<id>`.
    public let root: String
    private let folder: TemporaryDirectory

    public init(in folder: TemporaryDirectory) throws {
        self.folder = folder
        path = try folder.write("fake-runtime", FakeRuntime.script)
        root = try folder.makeDirectory("runtime")
        if chmod(path, 0o755) == -1 { throw SystemError.last("chmod", path) }
    }

    /// Makes a bundle whose program is a shell script.
    public func bundle(_ name: String, _ program: String) throws -> String {
        let path = try folder.makeDirectory(name)
        try folder.write("\(name)/program", program)
        return path
    }

    private static let script = #"""
        #!/bin/sh
        set -eu
        while :; do
            case $1 in
            --root=*) root=${1#--root=}; shift ;;
            --root) root=$2; shift 2 ;;
            *) break ;;
            esac
        done
        verb=$1
        shift
        case $verb in
        create)
            while [ $# -gt 1 ]; do
                case $1 in
                --bundle) bundle=$2; shift 2 ;;
                --pid-file) pidfile=$2; shift 2 ;;
                *) shift ;;
                esac
            done
            if [ -e "$bundle/create-fails" ]; then
                cat "$bundle/create-fails" >&2
                exit 1
            fi
            mkdir -p "$root/$1"
            mkfifo "$root/$1/start"
            exec 3<&0
            (
                exec 0<"$root/$1/start"
                read -r go
                exec 0<&3 3<&-
                cd "$bundle"
                exec setsid sh "$bundle/program"
            ) &
            echo $! >"$root/$1/pid"
            printf %s $! >"$pidfile"
            ;;
        start)
            echo go >"$root/$1/start"
            ;;
        kill)
            [ "$1" != --all ] || shift
            kill -s "$2" -- "-$(cat "$root/$1/pid")"
            ;;
        delete)
            [ "$1" != --force ] || shift
            [ -e "$root/$1" ] || exit 0
            pid=$(cat "$root/$1/pid" || echo)
            [ -z "$pid" ] || kill -s KILL -- "-$pid" "$pid" 2>/dev/null || true
            rm -rf "$root/$1"
            ;;
        exec)
            detach=
            while [ $# -gt 1 ]; do
                case $1 in
                --process) process=$2; shift 2 ;;
                --pid-file) pidfile=$2; shift 2 ;;
                --detach) detach=1; shift ;;
                *) shift ;;
                esac
            done
            [ -e "$root/$1" ] || { echo "no container $1" >&2; exit 1; }
            # The arguments of a process in JSON, as far as tests need them: one word with a script in it.
            script=$(sed -n 's/.*"args":\["\([^"]*\)"\].*/\1/p' "$process")
            exec 3<&0
            # As with a real runtime the process is no child of ours any more when it ends: it begins when we have gone, which is
            # when nobody holds the gate any more. A shell takes the end of each child that it still has.
            gate=/dev/null
            if [ -n "$detach" ]; then
                gate=$process.gate
                mkfifo "$gate"
            fi
            sh -c 'read -r go || true; exec sh -c "$0" <&3 3<&-' "$script" <"$gate" &
            [ -z "${pidfile-}" ] || printf %s $! >"$pidfile"
            if [ -n "$detach" ]; then exec 4>"$gate"; rm "$gate"; else wait $!; fi
            ;;
        *)
            echo "unknown verb $verb" >&2
            exit 1
            ;;
        esac

        """#
}
