import DockerModel

/// The anonymous volumes that a text mentions. Such a volume's name has 64 random hexadecimal digits, so any occurrence
/// is a mention.
package func mentionedVolumes(in text: [UInt8]) -> Set<VolumeName> {
    let isHexadecimal: (UInt8) -> Bool = { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    var mentioned: Set<VolumeName> = []
    for run in text.split(whereSeparator: { !isHexadecimal($0) }) where run.count >= 64 {
        for start in run.startIndex...run.endIndex - 64 {
            mentioned.insert(VolumeName(rawValue: String(decoding: run[start..<start + 64], as: UTF8.self)))
        }
    }
    return mentioned
}
