/// Makes the firewall's rules again as they are written down.
enum ReloadCommand {
    static func run(_ session: ToolSession) throws {
        let lock = try session.lock()
        defer { withExtendedLifetime(lock) {} }
        let records = FirewallRecords(session.options.config)
        guard try records.driver() == HostFirewall.driverName else {
            ToolLog.info("netavark::commands::firewall_reload", "No rules of nftables are written down")
            return
        }
        let firewall = try HostFirewall(records, generation: session.generation, restoring: false)
        try firewall.restore()
        ToolLog.info("netavark::commands::firewall_reload", "Successfully reloaded firewall rules")
    }
}
