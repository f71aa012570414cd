import JSONCoding
import Linux
import PodEngine
import PodSpec

/// The watched folder, for whoever changes it. Blocking, and one change at a time: it belongs to one thread.
public struct ManifestFolder: Sendable {
    let directory: String

    public init(directory: String) {
        self.directory = directory
    }

    private func files() throws(FolderError) -> [FolderFile] {
        do throws(SystemError) {
            var files: [FolderFile] = []
            for name in try FileSystem.list(directory) where ManifestFile.isManifest(name) {
                if let file = try FolderFile(name, in: directory) { files.append(file) }
            }
            return files
        } catch {
            throw .system(error)
        }
    }

    // MARK: Plans

    /// What has to be done so that the folder has these objects as they are given.
    ///
    /// - Parameter owner: the file that the agent takes an object from, where it knows it.
    public func plan(applying documents: [NewDocument], owner: (ObjectName) -> String?) throws(FolderError) -> FolderPlan {
        var files = try files()
        var plan = FolderPlan()
        var edits: [String: [(ObjectName, NewDocument)]] = [:]
        for document in documents {
            guard let index = try place(of: document.name, in: files, owner: owner(document.name)) else {
                plan.outcomes.append(.init(name: document.name, file: try newFile(document, &plan), change: .created))
                continue
            }
            let file = files[index]
            let section = file.text.section(of: document.name).map { file.text.sections[$0] }
            if let old = Self.object(document.name, in: section), old.canonical == document.node.canonical {
                plan.outcomes.append(.init(name: document.name, file: file.name, change: .unchanged))
                continue
            }
            try Self.checkEditable(document.name, in: file)
            edits[file.name, default: []].append((document.name, document))
            plan.outcomes.append(.init(name: document.name, file: file.name, change: .configured))
        }
        for index in files.indices {
            guard let wanted = edits[files[index].name] else { continue }
            let before = files[index]
            for (name, document) in wanted {
                guard let section = files[index].text.section(of: name) else { continue }
                let bytes = files[index].text.replacing(section, with: document)
                let after = ManifestText(bytes, name: before.name)
                try Self.verify(from: files[index].text, to: after, replaced: name, by: document, file: before.name)
                files[index].text = after
            }
            plan.files.append(change(of: before, to: files[index].text.bytes))
        }
        return plan
    }

    /// What has to be done so that the folder has none of these objects.
    public func plan(deleting names: [ObjectName]) throws(FolderError) -> FolderPlan {
        let files = try files()
        var plan = FolderPlan()
        var sections: [String: Set<Int>] = [:]
        for name in names {
            let found = files.filter { $0.text.section(of: name) != nil }
            if found.isEmpty { plan.missing.append(name) }
            for file in found {
                try Self.checkEditable(name, in: file)
                for (index, section) in file.text.sections.enumerated() where section.names.contains(name) {
                    sections[file.name, default: []].insert(index)
                }
                plan.outcomes.append(.init(name: name, file: file.name, change: .deleted))
            }
        }
        for file in files {
            guard let gone = sections[file.name] else { continue }
            let bytes = file.text.removing(gone)
            if let bytes {
                let kept = file.text.sections.indices.filter { !gone.contains($0) }.map { file.text.sections[$0].node }
                let after = ManifestText(bytes, name: file.name)
                guard after.sections.map(\.node).filter({ $0 != nil }) == kept.filter({ $0 != nil }) else {
                    throw .conflict(file: file.name, "its documents cannot be told apart well enough: edit it by hand")
                }
            }
            plan.files.append(change(of: file, to: bytes))
        }
        return plan
    }

    private static func object(_ name: ObjectName, in section: ManifestText.Section?) -> JSONNode? {
        section?.node.flatMap { node in NewDocument.objects(in: node).first { NewDocument.name($0) == name } }
    }

    /// Which of the files has an object: the one that the agent takes it from, where several do.
    private func place(of name: ObjectName, in files: [FolderFile], owner: String?) throws(FolderError) -> Int? {
        let found = files.indices.filter { files[$0].text.section(of: name) != nil }
        if let owned = found.first(where: { files[$0].name == owner }) { return owned }
        if let owner, let index = files.firstIndex(where: { $0.name == owner }), found.isEmpty {
            // The agent goes on with what the file said last; now it says something that cannot be read.
            let text = files[index].text
            if text.sections.contains(where: { $0.node == nil }) {
                throw .conflict(file: owner, "it has the \(name), and cannot be read as it is now: correct it by hand")
            }
        }
        if found.count > 1 {
            let others = found.dropFirst().map { files[$0].name }.joined(separator: ", ")
            throw .conflict(file: files[found[0]].name, "the \(name) is also in \(others)")
        }
        return found.first
    }

    private static func checkEditable(_ name: ObjectName, in file: FolderFile) throws(FolderError) {
        if let obstacle = file.obstacle { throw .conflict(file: file.name, "the \(name) cannot be edited here: \(obstacle)") }
        for section in file.text.sections where section.names.contains(name) {
            guard let obstacle = section.obstacle else { continue }
            throw .conflict(file: file.name, "the \(name) cannot be edited here: \(obstacle)")
        }
    }

    /// After an edit, the object is as wanted and everything else as it was.
    private static func verify(
        from old: ManifestText,
        to new: ManifestText,
        replaced name: ObjectName,
        by document: NewDocument,
        file: String
    ) throws(FolderError) {
        let expected = old.sections.compactMap { section in
            section.names == [name] ? document.node.canonical : section.node?.canonical
        }
        guard new.sections.compactMap({ $0.node?.canonical }) == expected else {
            throw .conflict(file: file, "its documents cannot be told apart well enough: edit it by hand")
        }
    }

    private func newFile(_ document: NewDocument, _ plan: inout FolderPlan) throws(FolderError) -> String {
        let name = document.name
        let file = Self.fileName(of: name)
        if FileSystem.exists("\(directory)/\(file)") {
            throw .conflict(file: file, "the file is there and does not have the \(name): move it away, or add it there by hand")
        }
        var text = document.text
        if text.last != UInt8(ascii: "\n") { text.append(UInt8(ascii: "\n")) }
        plan.files.append(FileChange(name: file, bytes: text, holdsSecret: name.kind == .secret, before: nil))
        return file
    }

    /// `<namespace>_<name>.<kind>.yaml`. Names that would be too long for a file system end in a digest instead.
    static func fileName(of name: ObjectName) -> String {
        let (whole, suffix) = ("\(name.namespace)_\(name.name)", ".\(name.kind.rawValue.lowercased()).yaml")
        guard whole.utf8.count + suffix.utf8.count > 240 else { return whole + suffix }
        // FNV-1a: the same name leads to the same file.
        let digest = whole.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return whole.prefix(180) + "-" + String(digest, radix: 16) + suffix
    }

    private func change(of file: FolderFile, to bytes: [UInt8]?) -> FileChange {
        let names = bytes.map { ManifestText($0, name: file.name).names } ?? []
        return FileChange(name: file.name, bytes: bytes, holdsSecret: names.contains { $0.kind == .secret }, before: file)
    }
}
