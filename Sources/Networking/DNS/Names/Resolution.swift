import NetworkSpec

/// What is to be done with a question.
package enum Resolution: Sendable {
    /// It is answered here; without records the name exists and has none of that type (NODATA, RFC 2308 2.2).
    case answer(Answer)
    /// There is no such name, and the zone says so.
    case nameError(zone: DomainName)
    /// Others are asked: these servers, or the host's where there are none.
    case forward([IPAddress])
    case refuse

    package struct Answer: Sendable {
        var records: [RecordData] = []
        /// Addresses of what the records name.
        var additions: [(name: DomainName, data: RecordData)] = []
        /// Who says that there is no more.
        var zone: DomainName
    }
}
