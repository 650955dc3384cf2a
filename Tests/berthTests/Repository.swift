import Linux
import Support
import SystemPackage
import Testing

/// The files beside the code that state the same facts as the code.
enum Repository {
    static let root = FilePath(#filePath).removingLastComponents(3)

    static func text(_ path: String) throws -> String {
        String(decoding: try File.read(root.pushing(FilePath(path))), as: UTF8.self)
    }

    /// What stands below a heading of a Markdown page, up to the next one of the same rank.
    static func section(_ title: String, of page: String) throws -> String {
        let sections = try text(page).components(separatedBy: "\n## ")
        return try #require(sections.first { $0.hasPrefix(title + "\n") }, "\(page) has no section \(title)")
    }

    /// The pages that a reader gets: README, changelog, all of `docs`.
    static func pages() throws -> [String] {
        ["README.md", "CHANGELOG.md"] + (try pages(in: "docs"))
    }

    private static func pages(in folder: String) throws -> [String] {
        let names = try File.names(in: root.pushing(FilePath(folder))).sorted().map { "\(folder)/\($0)" }
        return try names.flatMap { name in
            if name.hasSuffix(".md") { return [name] }
            return (try? File.names(in: root.pushing(FilePath(name)))) == nil ? [] : try pages(in: name)
        }
    }
}

extension String {
    /// What stands between backquotes.
    var code: [String] {
        let parts = components(separatedBy: "`")
        return parts.indices.filter { !$0.isMultiple(of: 2) && $0 < parts.count - 1 }.map { parts[$0] }
    }
}
