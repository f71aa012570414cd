import Linux

/// What a host consists of at a moment, by kind: to be compared before and after.
public struct HostSnapshot: Sendable, Hashable {
    /// Lines by section: links, addresses, routes, firewall, mounts, cgroups, processes, files.
    public var sections: [String: [String]]

    /// What is in one and not in the other: `+ mounts: /run/x` is more than before, `-` less. Empty where all is as it was.
    public func changes(since earlier: HostSnapshot) -> [String] {
        var changes: [String] = []
        for name in Set(sections.keys).union(earlier.sections.keys).sorted() {
            let now = sections[name] ?? []
            let before = earlier.sections[name] ?? []
            changes += now.difference(from: before).map { change in
                switch change {
                case .insert(_, let line, _): "+ \(name): \(line)"
                case .remove(_, let line, _): "- \(name): \(line)"
                }
            }
        }
        return changes
    }

    /// The same without some sections.
    public func without(_ names: String...) -> HostSnapshot {
        HostSnapshot(sections: sections.filter { !names.contains($0.key) })
    }

    init(parsing text: String) {
        sections = [:]
        var section = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("== ") {
                section = String(line.dropFirst(3))
                sections[section] = []
            } else {
                sections[section]?.append(String(line))
            }
        }
    }

    private init(sections: [String: [String]]) {
        self.sections = sections
    }
}

extension TestHost {
    /// Looks at everything in the host; files are those under the given folders.
    public func snapshot(files roots: [String]) async throws -> HostSnapshot {
        let outcome = try await run(Command(["/bin/sh", "-c", TestHost.snapshotScript, "sh"] + roots)).checked()
        return HostSnapshot(parsing: outcome.text)
    }

    // Processes without pids, which differ from run to run, and without those of the snapshot itself.
    static let snapshotScript = #"""
        set -eu
        echo "== links"; ip -o link | sed 's/^[0-9]*: //; s/@[^:]*//; s/:.*//' | sort
        echo "== addresses"; ip -o address | awk '{ print $2, $3, $4 }' | sort
        echo "== routes"; ip route show table all | sort; ip -6 route show table all | sort
        echo "== firewall"; nft list ruleset
        echo "== mounts"; awk '{ print $5 }' /proc/1/mountinfo | sort
        echo "== cgroups"; find /sys/fs/cgroup -type d | sort
        echo "== processes"; ps -e -o stat=,ppid=,pid=,args= | awk -v self=$$ \
            '$1 !~ /^Z/ && $2 != self && $3 != self { $1 = $2 = $3 = ""; print }' | sort
        echo "== files"; for root in "$@"; do [ ! -e "$root" ] || find "$root" | sort; done
        """#
}
