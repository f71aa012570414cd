import PodSpec

/// What a pod is known by: `namespace/name`. There is one pod of a key at a time, whatever its UID.
public typealias PodKey = PodName
