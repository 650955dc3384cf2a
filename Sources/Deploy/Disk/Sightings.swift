import Docker
import DockerModel
import FoundationEssentials
import Linux
import Rules
import SystemPackage

/// When berth first saw each image on this host (`/var/lib/berth/images.json`).
struct Sightings {
    /// Seconds since 1970, by image ID.
    private var first: [String: Double] = [:]

    /// Loads the file; if it cannot be read, every image counts as new.
    init(in state: FilePath) {
        guard let bytes = try? File.read(Self.file(in: state)) else { return }
        first = (try? JSONDecoder().decode([String: Double].self, from: Data(bytes))) ?? [:]
    }

    subscript(image: ImageID) -> Timestamp? {
        first[image.rawValue].map { Timestamp(nanoseconds: 0) + .seconds($0.bounded(to: 0...1e12)) }
    }

    /// Adds new images, forgets those that are gone, and saves the file.
    ///
    /// The agent can read the file even if root wrote it.
    mutating func update(_ images: [ImageID], at now: Timestamp, in state: FilePath) throws(Errno) {
        let known = first
        first = images.reduce(into: [:]) {
            $0[$1.rawValue] = known[$1.rawValue] ?? (now - Timestamp(nanoseconds: 0)).inSeconds
        }
        guard first != known, let bytes = try? JSONEncoder().encode(first) else { return }
        try File.replace(
            Self.file(in: state),
            with: Array(bytes),
            mode: [.ownerReadWrite, .groupRead, .otherRead]
        )
    }

    private static func file(in state: FilePath) -> FilePath { state.appending("images.json") }
}
