import JSONCoding

/// Compares a manifest with the table of all fields: unknown names, wrong types, fields that are not served.
struct SchemaCheck {
    let report: ManifestReport

    /// Checks a value. Inside of a field that is not served its own fields are not reported once more (`silent`).
    func check(_ place: Located, _ shape: Shape, silent: Bool = false) {
        switch shape {
        case .string:
            guard let string = place.string else { return mismatch(place, "a string") }
            checkText(string, place)
        case .boolean:
            if place.bool == nil { mismatch(place, "true or false") }
        case .int32:
            checkInteger(place, Int64(Int32.min)...Int64(Int32.max))
        case .int64:
            checkInteger(place, .min ... .max)
        case .quantity:
            if Quantity(node: place.node) == nil { notQuantity(place) }
        case .intOrString:
            checkPortReference(place)
        case .word(let words):
            guard let word = place.string else { return mismatch(place, "a string") }
            guard !words.contains(word) else { return }
            let list = words.filter { !$0.isEmpty }.joined(separator: ", ")
            report.problem(place, "\"\(word)\" is not one of \(list)", suggestion: Nearest.name(to: word, among: words))
        case .any:
            break
        case .object(let schema):
            checkObject(place, schema, silent: silent)
        case .list(let element):
            guard place.node.arrayValue != nil else { return mismatch(place, "a list") }
            for item in place.elements { check(item, element, silent: silent) }
        case .map(let value):
            guard place.node.members != nil else { return mismatch(place, "a map") }
            for member in place.members {
                checkText(member.key, member.value)
                check(member.value, value, silent: silent)
            }
        }
    }

    private func checkObject(_ place: Located, _ schema: ObjectSchema, silent: Bool) {
        guard let members = place.node.members else { return mismatch(place, "a map") }
        for member in members {
            let value = Located(
                node: member.value,
                path: JSONPath.join(place.path, JSONPath.step(member.key))
            )
            guard let field = schema.field(member.key) else {
                report.problem(
                    path: value.path,
                    position: member.keyPosition ?? member.value.position,
                    "unknown field of \(schema.name)",
                    suggestion: Nearest.name(to: member.key, among: schema.fields.map(\.name))
                )
                continue
            }
            check(value, field.shape, silent: silent || !field.standing.isServed)
            if !silent { note(value, field, keyPosition: member.keyPosition) }
        }
        for name in schema.required where place.node[name] == nil {
            let path = JSONPath.join(place.path, name)
            report.problem(path: path, position: place.node.position, "missing")
        }
    }

    private func note(_ value: Located, _ field: Field, keyPosition: SourcePosition?) {
        switch field.standing {
        case .served, .idle: break
        case .later(let quiet):
            if !value.node.saysNothing, !quiet.contains(value.node) { report.warning(value.path, "not served yet") }
        case .refused(let quiet):
            guard !quiet.contains(value.node) else { return }
            let message = "not served yet, and the pod would not be what it asks for without"
            report.problem(path: value.path, position: keyPosition ?? value.node.position, message)
        }
    }

    private func checkInteger(_ place: Located, _ range: ClosedRange<Int64>) {
        switch place.node.value {
        case .integer(let value):
            if !range.contains(value) { report.problem(place, "\(value) is out of range") }
        case .unsigned(let value):
            report.problem(place, "\(value) is out of range")
        case .number(let value) where value.rounded() == value:
            // 8080.0 is what JSON programs make of 8080; the types want it without the point.
            if Int64(exactly: value).map(range.contains) != true { report.problem(place, "\(value) is out of range") }
        default:
            mismatch(place, "an integer")
        }
    }

    private func checkPortReference(_ place: Located) {
        if let name = place.string { return checkText(name, place) }
        guard let number = place.integer else { return mismatch(place, "a port's number or name") }
        if !(1...65535).contains(number) { report.problem(place, "\(number) is no port (1 to 65535)") }
    }

    private func checkText(_ text: String, _ place: Located) {
        // Everything here ends in C strings, which would end at it.
        if text.utf8.contains(0) { report.problem(place, "contains U+0000") }
    }

    private func notQuantity(_ place: Located) {
        switch place.node.value {
        case .string(let text): report.problem(place, "\"\(text)\" is no quantity (like 500m, 1.5Gi or 2e3)")
        case .integer, .unsigned, .number: report.problem(place, "out of range for a quantity")
        default: mismatch(place, "a quantity (like 500m, 1.5Gi or 2e3)")
        }
    }

    private func mismatch(_ place: Located, _ expected: String) {
        var message = "expected \(expected), found \(place.node.kind)"
        if expected == "a string" {
            switch place.node.value {
            case .bool, .integer, .unsigned, .number: message += " (put it in quotes)"
            default: break
            }
        }
        report.problem(place, message)
    }
}

extension Standing {
    /// Whether what is below is looked at field by field.
    fileprivate var isServed: Bool {
        if case .served = self { true } else { false }
    }
}

extension JSONNode {
    /// False, empty and null say as much as the absence of a field.
    fileprivate var saysNothing: Bool {
        switch value {
        case .null, .bool(false): true
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        default: false
        }
    }
}
