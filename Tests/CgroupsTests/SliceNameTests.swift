import Cgroups
import Testing

@Suite struct SliceNameTests {
    @Test func theNameIsThePlace() throws {
        #expect(try SliceName("swiftlet.slice").path == "/swiftlet.slice")
        #expect(try SliceName("a-b-c.slice").path == "/a.slice/a-b.slice/a-b-c.slice")
        let child = try SliceName("swiftlet.slice").child("pod1234-5678")
        #expect(child.description == "swiftlet-pod1234_5678.slice")
        #expect(child.path == "/swiftlet.slice/swiftlet-pod1234_5678.slice")
    }

    @Test(arguments: [
        "", "swiftlet", "-.slice", ".slice", "a--b.slice", "a-.slice", "a/b.slice", "a b.slice", "ä.slice",
    ])
    func refusesWhatSystemdWouldNotTake(name: String) {
        #expect(throws: CgroupError.self) { try SliceName(name) }
    }

    @Test func refusesNamesThatAreTooLong() throws {
        #expect(throws: CgroupError.self) { try SliceName(String(repeating: "a", count: 250) + ".slice") }
    }
}
