import Glibc
import Linux
import NetworkSpec
import Networks

/// One of several processes that lease and give back addresses of one range, until it is killed or its input ends.
///
/// `lease-round LEASES MARKS NAME`: each address that it has is also a file in MARKS, made with O_EXCL: where that is there,
/// somebody else has the address too (status 3). Writes a byte for each round.
let arguments = CommandLine.arguments
let (folder, marks, name) = (arguments[1], arguments[2], arguments[3])
guard let prefix = IPPrefix("10.9.0.0/24"), let start = IPAddress("10.9.0.2"), let end = IPAddress("10.9.0.9") else { exit(2) }
let subnet = NetworkDefinition.Subnet(prefix, leaseRange: .init(start: start, end: end))

func round(_ leases: inout AddressLeases) throws {
    guard let address = leases.free(in: subnet) else {
        // What others have given back.
        leases = try AddressLeases(folder)
        return
    }
    guard try leases.lease(address, in: prefix, to: name) else { return }
    let mark = "\(marks)/\(address)"
    do throws(SystemError) {
        _ = try Descriptor.open(mark, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    } catch {
        print("\(name) has \(address), and so has another: \(error)")
        exit(3)
    }
    sched_yield()
    try FileSystem.removeFile(mark)
    try leases.release(address, of: name)
}

do {
    var leases = try AddressLeases(folder)
    var stop = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    while poll(&stop, 1, 0) == 0 {
        try round(&leases)
        guard write(1, ".", 1) == 1 else { break }
    }
} catch {
    print("\(name): \(error)")
    exit(1)
}
