import Archive
import OCISpec
import Registry
import Signatures

extension ImageStore {
    /// Where a store is and how it works.
    public struct Configuration: Sendable {
        /// The OCI image layout.
        public var imagesDirectory: String
        /// The unpacked layers.
        public var layersDirectory: String
        public var registry = RegistryConfiguration()
        /// Which images may be pulled.
        public var admission = ImageAdmission.standard()
        public var limits = ExtractionLimits()
        /// How many layers are fetched and unpacked at the same time.
        public var parallelLayers = 4
        /// Of an image for several platforms, the one that is taken.
        public var platform = Platform.host

        public init(imagesDirectory: String, layersDirectory: String) {
            self.imagesDirectory = imagesDirectory
            self.layersDirectory = layersDirectory
        }
    }
}
