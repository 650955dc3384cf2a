/// A tar archive (POSIX.1-2001 pax), the form in which the files of a release are stored and sent to the Engine.
///
/// `tar --list --verbose --file` shows one.
package enum Tar {
    private static let block = 512

    package static func encode(_ entries: [Snapshot.Entry]) -> [UInt8] {
        entries.flatMap(encode) + [UInt8](repeating: 0, count: 2 * block)
    }

    private static func encode(_ entry: Snapshot.Entry) -> [UInt8] {
        let (type, bytes, target): (Character, [UInt8], String) =
            switch entry.content {
            case .folder: ("5", [], "")
            case .file(let bytes): ("0", bytes, "")
            case .link(let target): ("2", [], target)
            }
        let name = entry.path.description + (entry.isFolder ? "/" : "")
        // What does not fit into the old header goes into a header of its own, which replaces it.
        var long = ""
        if name.utf8.count > 100 { long += pax("path", name) }
        if target.utf8.count > 100 { long += pax("linkpath", target) }
        if entry.owner > 0o7_777_777 { long += pax("uid", "\(entry.owner)") }
        if entry.group > 0o7_777_777 { long += pax("gid", "\(entry.group)") }
        let extended =
            long.isEmpty
            ? [] : header(entry, "pax", "x", long.utf8.count, "") + padded(Array(long.utf8))
        return extended + header(entry, name, type, bytes.count, target) + padded(bytes)
    }

    /// One record of an extended header; its length counts itself.
    private static func pax(_ key: String, _ value: String) -> String {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while rest.utf8.count + "\(length)".utf8.count != length { length += 1 }
        return "\(length)\(rest)"
    }

    private static func header(
        _ entry: Snapshot.Entry,
        _ name: String,
        _ type: Character,
        _ size: Int,
        _ target: String
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes += field(name, 100)
        bytes += octal(Int64(entry.mode), 8)
        bytes += octal(Int64(entry.owner > 0o7_777_777 ? 0 : entry.owner), 8)
        bytes += octal(Int64(entry.group > 0o7_777_777 ? 0 : entry.group), 8)
        bytes += octal(Int64(size), 12)
        bytes += octal(min(max(entry.modified, 0), 0o77_777_777_777), 12)
        bytes += field("        ", 8) + Array(String(type).utf8)
        bytes += field(target, 100) + Array("ustar\u{0}00".utf8)
        bytes += [UInt8](repeating: 0, count: block - bytes.count)
        bytes.replaceSubrange(148..<156, with: checksum(bytes))
        return bytes
    }

    private static func checksum(_ header: [UInt8]) -> [UInt8] {
        octal(Int64(header.reduce(0) { $0 + Int($1) }), 7) + [UInt8(ascii: " ")]
    }

    /// A text of at most that many bytes, filled up with zeros.
    private static func field(_ text: String, _ width: Int) -> [UInt8] {
        let bytes = text.utf8.prefix(width)
        return Array(bytes) + [UInt8](repeating: 0, count: width - bytes.count)
    }

    private static func octal(_ number: Int64, _ width: Int) -> [UInt8] {
        let digits = String(number, radix: 8)
        return Array((String(repeating: "0", count: max(width - 1 - digits.count, 0)) + digits).utf8) + [0]
    }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (block - bytes.count % block) % block)
    }
}

// MARK: - Reading

extension Tar {
    /// The archive is not one that ``encode(_:)`` made.
    package struct Damage: Error, CustomStringConvertible {
        package let description = "is not a whole tar archive of berth"
    }

    package static func decode(_ bytes: [UInt8]) throws(Damage) -> [Snapshot.Entry] {
        var entries: [Snapshot.Entry] = []
        var extended: [String: String] = [:]
        var place = 0
        while place + block <= bytes.count {
            let header = Array(bytes[place..<place + block])
            if header.allSatisfy({ $0 == 0 }) { return entries }
            var blank = header
            blank.replaceSubrange(148..<156, with: field("        ", 8))
            guard checksum(blank) == Array(header[148..<156]), let size = number(header[124..<136]) else {
                throw Damage()
            }
            let start = place + block
            // A number of eleven octal digits cannot overflow.
            guard start + size <= bytes.count else { throw Damage() }
            let content = Array(bytes[start..<start + size])
            place = start + (size + block - 1) / block * block
            if header[156] == UInt8(ascii: "x") {
                extended = records(content)
                continue
            }
            entries.append(try entry(header, content, extended))
            extended = [:]
        }
        throw Damage()
    }

    private static func entry(
        _ header: [UInt8],
        _ content: [UInt8],
        _ extended: [String: String]
    ) throws(Damage) -> Snapshot.Entry {
        let target = extended["linkpath"] ?? text(header[157..<257])
        let kind: Snapshot.Entry.Content? =
            switch header[156] {
            case UInt8(ascii: "0"): .file(content)
            case UInt8(ascii: "2"): .link(target)
            case UInt8(ascii: "5"): .folder
            default: nil
            }
        guard let kind, !target.utf8.contains(0), let path = ReleasePath(extended["path"] ?? text(header[0..<100])),
            !path.components.isEmpty, let mode = number(header[100..<108]), let modified = number(header[136..<148]),
            let owner = extended["uid"].map({ Int($0) }) ?? number(header[108..<116]),
            let group = extended["gid"].map({ Int($0) }) ?? number(header[116..<124]),
            let owner = UInt32(exactly: owner), let group = UInt32(exactly: group)
        else { throw Damage() }
        return Snapshot.Entry(
            path: path,
            content: kind,
            mode: UInt32(mode) & 0o7777,
            owner: owner,
            group: group,
            modified: Int64(modified)
        )
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func number(_ field: ArraySlice<UInt8>) -> Int? {
        field.last == 0 ? Int(text(field), radix: 8).flatMap { $0 < 0 ? nil : $0 } : nil
    }

    /// The records of an extended header: `29 path=nginx/conf.d/…`.
    private static func records(_ bytes: [UInt8]) -> [String: String] {
        var records: [String: String] = [:]
        var rest = bytes[...]
        while let space = rest.firstIndex(of: UInt8(ascii: " ")),
            let length = Int(String(decoding: rest[rest.startIndex..<space], as: UTF8.self)),
            length > space - rest.startIndex + 1, length <= rest.count
        {
            let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
            if let equals = record.firstIndex(of: UInt8(ascii: "=")) {
                let key = String(decoding: record[..<equals], as: UTF8.self)
                records[key] = String(decoding: record[(equals + 1)...], as: UTF8.self)
            }
            rest = rest.dropFirst(length)
        }
        return records
    }
}
