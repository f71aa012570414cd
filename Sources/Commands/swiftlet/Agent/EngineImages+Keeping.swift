import Glibc
import ImageStore
import Linux
import OCISpec
import PodEngine

extension EngineImages: ImageKeeping {
    func images() async throws(ImageFailure) -> [KeptImage] {
        do {
            let entries = try await store.list()
            return Dictionary(grouping: entries, by: \.manifestDigest).map { digest, entries in
                KeptImage(identifier: digest.description, names: entries.map(\.reference))
            }
        } catch {
            throw ImageFailure(error)
        }
    }

    func remove(_ image: KeptImage, sparing mounted: Set<String>) async throws(ImageFailure) {
        do {
            _ = try await store.remove(image.identifier, inUse: try await store.layers(in: mounted))
        } catch {
            throw ImageFailure(error)
        }
    }

    func normalized(_ reference: String) -> String {
        // What is no reference names no image.
        (try? ImageReference(reference).description) ?? reference
    }

    func diskUsage() throws(ImageFailure) -> DiskUsage {
        do throws(SystemError) {
            let usage = try store.diskUsage()
            return DiskUsage(capacity: usage.capacity, available: usage.available)
        } catch {
            throw ImageFailure(.other, "\(error)")
        }
    }
}
