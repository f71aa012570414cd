/// The records of pods by `PodRecord.key`, found by the pod too: what is done for one pod does not go through all of them.
struct PodRecords {
    private var byKey: [String: PodRecord] = [:]
    /// Keys by the UID of the pod.
    private var keysByPod: [String: Set<String>] = [:]

    /// Of two records with one key the first one is kept.
    init(_ records: some Sequence<PodRecord>) {
        for record in records where self[record.key] == nil { self[record.key] = record }
    }

    var values: Dictionary<String, PodRecord>.Values { byKey.values }
    var keys: Dictionary<String, PodRecord>.Keys { byKey.keys }

    subscript(key: String) -> PodRecord? {
        get { byKey[key] }
        set {
            if let old = byKey[key] {
                keysByPod[old.podUID]?.remove(key)
                if keysByPod[old.podUID]?.isEmpty == true { keysByPod[old.podUID] = nil }
            }
            byKey[key] = newValue
            if let newValue { keysByPod[newValue.podUID, default: []].insert(key) }
        }
    }

    /// All connections of a pod, in the order of their keys.
    func connections(ofPod podUID: String) -> [PodRecord] {
        (keysByPod[podUID] ?? []).sorted().compactMap { byKey[$0] }
    }
}
