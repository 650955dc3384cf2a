/// How much berth reads and keeps of the files of a release.
package struct FileLimits: Equatable, Sendable {
    package let bytes: Int
    package let files: Int

    package init(bytes: Int, files: Int) {
        self.bytes = bytes
        self.files = files
    }

    /// Of one release: it is kept with each good release, so it must be small.
    package static let release = FileLimits(bytes: 4 << 20, files: 500)
    /// Of what is in the folder when files go back: people may have put more there.
    package static let folder = FileLimits(bytes: 64 << 20, files: 10_000)
}
