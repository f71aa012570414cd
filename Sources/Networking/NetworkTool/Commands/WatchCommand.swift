import Firewall
import Glibc
import Linux
import Netlink

/// Stays, and makes the rules again whenever the table has gone: `nft flush ruleset`, a restart of nftables or firewalld.
///
/// netavark waits for firewalld's word on D-Bus; this waits for the kernel's, which comes whoever did it.
enum WatchCommand {
    static func run(_ session: ToolSession) throws -> Never {
        signal(SIGTERM, SIG_DFL)
        let events = try FirewallEvents(.netavark)
        while true {
            do { try ReloadCommand.run(session) } catch {
                ToolLog.write(.error, "netavark::commands::firewalld_reload", "\(ToolError(error))")
            }
            try events.waitForLoss()
            ToolLog.info("netavark::commands::firewalld_reload", "The table is gone: making it again")
        }
    }
}
