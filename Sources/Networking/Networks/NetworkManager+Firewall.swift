import Firewall
import Linux

extension NetworkManager {
    /// Makes the firewall's table again whenever somebody takes it away or a part of it: `nft flush ruleset`, a restart of
    /// nftables.service. The kernel tells it; nothing is asked for in between.
    ///
    /// - Parameter events: The descriptor of the events of `HostNetworks`, which stays open until the manager ends and with it
    ///   this task.
    func watchFirewall(_ events: Int32) -> Task<Void, Never> {
        // A task of its own, because the damage is no caller's.
        Task { [weak self] in
            while !Task.isCancelled {
                do {
                    // First, what happened while nobody watched.
                    while await self?.repairFirewall() == false { try await Task.sleep(for: .seconds(1)) }
                    try await EventThread.shared.waitUntilReadable(events)
                    // Somebody who removes it again and again does not have all of the processor for it.
                    try await Task.sleep(for: .milliseconds(20))
                } catch {
                    return
                }
            }
        }
    }

    /// Whether the table is as it should be now.
    private func repairFirewall() -> Bool {
        guard let opened else { return true }
        do {
            guard let damage = try opened.takeFirewallDamage() else { return true }
            if try opened.repairFirewall(damage) {
                // Of what was done while nobody watched it is not known who did it.
                let culprit = damage.program.map { "\"\($0)\"" } ?? "somebody"
                configuration.reportFirewallDamage("\(culprit) removed rules of the pods' network: they are made again")
            }
            return true
        } catch {
            configuration.reportFirewallDamage("rules of the pods' network are missing: \(NetworkError(error))")
            return false
        }
    }
}
