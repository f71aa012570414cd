/// How much may come into a pod and go out of it, as annotations say it.
public struct BandwidthLimits: Sendable, Hashable {
    /// What comes in, in bits a second.
    public var ingress: UInt64?
    /// What goes out.
    public var egress: UInt64?

    public static let ingressAnnotation = "kubernetes.io/ingress-bandwidth"
    public static let egressAnnotation = "kubernetes.io/egress-bandwidth"

    /// An annotation whose text is no limit.
    public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        public var annotation: String
        public var message: String

        public var description: String { "annotations[\(annotation)]: \(message)" }
    }

    /// Reads annotations; those that are not there limit nothing.
    public init(_ annotations: [String: String]) throws(Refusal) {
        func limit(_ annotation: String) throws(Refusal) -> UInt64? {
            guard let text = annotations[annotation] else { return nil }
            guard let quantity = Quantity(text) else {
                throw Refusal(annotation: annotation, message: "\"\(text)\" is no quantity of bits a second (like 10M)")
            }
            // As the kubelet has it: from 1k to 1P.
            guard (1_000...1_000_000_000_000_000).contains(quantity.units) else {
                throw Refusal(annotation: annotation, message: "\"\(text)\" must be from 1k to 1P bits a second")
            }
            return UInt64(quantity.units)
        }
        ingress = try limit(Self.ingressAnnotation)
        egress = try limit(Self.egressAnnotation)
    }
}

extension Pod {
    /// The limits of a pod that the validator let pass; none where it would not.
    public var bandwidth: BandwidthLimits? {
        do throws(BandwidthLimits.Refusal) { return try BandwidthLimits(metadata.annotations) } catch { return nil }
    }
}
