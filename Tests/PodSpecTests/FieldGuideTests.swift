import PodSpec
import Testing

@Suite struct FieldGuideTests {
    private let guide = FieldGuide()

    @Test func aFieldIsFoundThroughLists() throws {
        for path in ["pod.spec.containers.image", "Pod.spec.containers[0].image", "pod.spec.containers[].image"] {
            let (entry, fields) = try guide.look(up: path)
            #expect(entry.path == "pod.spec.containers[].image")
            #expect(entry.type == "string" && entry.standing == .served && !entry.text.isEmpty)
            #expect(fields.isEmpty)
        }
        let (_, fields) = try guide.look(up: "pod.spec.containers.readinessProbe.httpGet")
        #expect(fields.map(\.name).contains("scheme"))
    }

    @Test func whatIsBelowARefusedFieldIsRefused() throws {
        #expect(try guide.look(up: "pod.spec.volumes.csi").entry.standing == .refused)
        #expect(try guide.look(up: "pod.spec.volumes.csi.driver").entry.standing == .refused)
    }

    @Test func aNearNameIsSuggested() {
        let error = #expect(throws: FieldGuide.UnknownField.self) { try guide.look(up: "pod.spec.contaners.image") }
        #expect(error?.suggestion == "containers" && error?.step == "contaners")
        #expect(throws: FieldGuide.UnknownField.self) { try guide.look(up: "") }
        #expect(throws: FieldGuide.UnknownField.self) { try guide.look(up: "pod.spec.containers.image.more") }
    }

    @Test func everyTextIsOfAField() {
        #expect(FieldGuide.textsOfNoField == [])
        #expect(guide.kindNames.contains("configmap"))
    }

    /// Also those that are warned about or refused: whoever asks wants to know what the field would have been for.
    @Test func everyFieldOfTheSchemaHasATextOfItsOwn() throws {
        for kind in guide.kindNames {
            #expect(try !guide.look(up: kind).entry.text.isEmpty)
            let fields = guide.all(of: kind)
            #expect(fields.contains { $0.standing == .served })
            #expect(fields.filter(\.text.isEmpty).map(\.path) == [])
        }
    }
}
