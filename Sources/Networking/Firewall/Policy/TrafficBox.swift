import NetworkSpec

/// Ports of one protocol, or everything that IP carries.
public struct PortSpan: Sendable, Hashable {
    /// Protocol and port as one number: the protocol's in front of sixteen bits of the port.
    let bounds: ClosedRange<UInt32>

    /// Every protocol and port.
    public static let everything = PortSpan(bounds: 0...0xff_ffff)

    private init(bounds: ClosedRange<UInt32>) { self.bounds = bounds }

    /// Makes a span of ports.
    public init(_ transport: PortMapping.TransportProtocol, _ ports: ClosedRange<UInt16>) {
        let base = UInt32(transport.number[0]) << 16
        bounds = base + UInt32(ports.lowerBound)...base + UInt32(ports.upperBound)
    }

    /// The same ports, each once, as few spans as there can be. (Protocols with ports do not lie side by side, so no span
    /// reaches from one into another.)
    static func union(_ spans: some Sequence<PortSpan>) -> [PortSpan] {
        var merged: [PortSpan] = []
        for span in spans.sorted(by: { $0.bounds.lowerBound < $1.bounds.lowerBound }) {
            if let last = merged.last, span.bounds.lowerBound <= last.bounds.upperBound + 1 {
                let end = max(last.bounds.upperBound, span.bounds.upperBound)
                merged[merged.count - 1] = PortSpan(bounds: last.bounds.lowerBound...end)
            } else {
                merged.append(span)
            }
        }
        return merged
    }
}

/// Addresses of one family with ports: an element of a set of ranges, whose elements must not overlap.
public struct TrafficBox: Sendable, Hashable {
    public let addresses: ClosedRange<IPAddress>
    public let ports: PortSpan

    /// Makes a box. Both addresses are of one family.
    public init(_ addresses: ClosedRange<IPAddress>, _ ports: PortSpan) {
        (self.addresses, self.ports) = (addresses, ports)
    }

    /// What boxes of one family cover, in boxes that do not overlap: a kernel's set of ranges takes no others.
    public static func disjoint(_ boxes: some Sequence<TrafficBox>) -> [TrafficBox] {
        let boxes = boxes.sorted { $0.addresses.lowerBound < $1.addresses.lowerBound }
        guard let family = boxes.first?.addresses.lowerBound.family else { return [] }
        // Between two borders all addresses are in the same boxes.
        var borders = Set(boxes.map(\.addresses.lowerBound.bits))
        for box in boxes { if let next = box.addresses.upperBound.successor { borders.insert(next.bits) } }
        let starts = borders.sorted()
        let end = boxes.reduce(UInt128(0)) { max($0, $1.addresses.upperBound.bits) }
        var result: [TrafficBox] = []
        var open: (first: UInt128, last: UInt128, ports: [PortSpan]) = (0, 0, [])
        func close() {
            guard !open.ports.isEmpty else { return }
            let range = IPAddress(family: family, bits: open.first)...IPAddress(family: family, bits: open.last)
            result += open.ports.map { TrafficBox(range, $0) }
        }
        var next = 0
        var active: [TrafficBox] = []
        for (index, first) in starts.enumerated() where first <= end {
            let last = index + 1 < starts.count ? starts[index + 1] - 1 : end
            active.removeAll { $0.addresses.upperBound.bits < first }
            while next < boxes.count, boxes[next].addresses.lowerBound.bits <= first {
                active.append(boxes[next])
                next += 1
            }
            let ports = PortSpan.union(active.lazy.map(\.ports))
            if ports == open.ports, !ports.isEmpty, open.last + 1 == first {
                open.last = last
            } else {
                close()
                open = (first, last, ports)
            }
        }
        close()
        return result
    }
}

extension IPPrefix {
    /// The addresses of the prefix without those of others.
    package func ranges(except others: [IPPrefix]) -> [ClosedRange<IPAddress>] {
        var result: [ClosedRange<IPAddress>] = []
        var start: IPAddress? = first
        for other in others.filter(overlaps).sorted(by: { $0.first < $1.first }) {
            guard let from = start else { break }
            if from < other.first {
                result.append(from...IPAddress(family: address.family, bits: other.first.bits - 1))
            }
            if other.last >= from { start = other.last.successor }
        }
        if let start, start <= last { result.append(start...last) }
        return result
    }
}
