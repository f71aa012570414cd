import Firewall
import Glibc
import Netlink
import NetworkSpec

/// A pod sends as nobody but itself: with another's address it would get past the policies for both, and have what is for
/// the other.
///
/// In force before its interface is there and until it is gone, at the bridge's port: before the ways part of what stays
/// within the bridge and what goes on from there.
extension HostNetworks {
    /// Lets come in by a pod's port what it may send. On each of its networks it may answer with its address of another: the
    /// way back follows its routes.
    func guardSenders(of pod: PodRecord) throws {
        var transaction = FirewallTransaction(.senders)
        let elements = senderElements(of: [pod])
        guard pod.isOnBridge || !elements.isEmpty else { return }
        transaction.keep(elements)
        do throws(NetlinkError) {
            try Firewall(.senders, sharing: firewall).commit(transaction)
        } catch {
            guard [ENOENT, EEXIST, EBUSY, EAFNOSUPPORT, EOPNOTSUPP].contains(error.errno) else { throw error }
            try restoreSenders()
        }
    }

    /// Makes the table anew, or makes it what it should be for the pods that there are.
    func restoreSenders() throws {
        do throws(NetlinkError) {
            try Firewall(.senders, sharing: firewall).restore(senderElements(of: Array(pods.values)))
        } catch {
            // No rules of bridges in this kernel (CONFIG_NF_TABLES_BRIDGE): the family or its kind of chain is not known.
            guard [ENOENT, EAFNOSUPPORT, EOPNOTSUPP].contains(error.errno) else { throw error }
            guard !hasToldOfUnguardedSenders else { return }
            hasToldOfUnguardedSenders = true
            reportFirewallProblem(
                "pods with NET_RAW can send with the addresses of others: this kernel has no nf_tables for bridges: \(error)"
            )
        }
    }

    /// Forgets what pods may send, after their interfaces have gone.
    func releaseSenders(of pods: [PodRecord]) throws {
        try Firewall(.senders, sharing: firewall).remove(senderElements(of: pods))
    }

    private func senderElements(of records: [PodRecord]) -> [FirewallElement] {
        var elements: Set<FirewallElement> = []
        for pod in records where pod.sendsForOthers != true {
            if pod.isOnBridge {
                elements.formUnion(
                    FirewallElement.sender(
                        port: pod.hostInterface,
                        macAddress: pod.status.macAddress,
                        addresses: pod.addresses + pod.linkLocalAddresses,
                        owner: pod.podUID
                    )
                )
            }
            guard pod.isAdditional == true else { continue }
            for other in pods.connections(ofPod: pod.podUID) where other.key != pod.key {
                for (port, addresses) in [(pod, other.addresses), (other, pod.addresses)] where port.isOnBridge {
                    elements.formUnion(FirewallElement.senders(port: port.hostInterface, addresses: addresses, owner: pod.podUID))
                }
            }
        }
        return Array(elements)
    }
}
