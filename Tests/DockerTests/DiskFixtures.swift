extension Fixture {
    static let anonymous = String(repeating: "f3dc44c4", count: 8)
    static let marked = String(repeating: "d7a1ba1a", count: 8)
    static let unlabelled = String(repeating: "f", count: 64)

    static let volumes = """
        {"Volumes":[\(volume(anonymous, labels: #"{"com.docker.volume.anonymous":""}"#)),
        \(volume(marked, labels: #"{"com.docker.volume.anonymous":"","keep":"1"}"#)),\(volume("shop_data")),
        \(volume("shop_db", labels: #"{"com.docker.compose.project":"shop","com.docker.compose.volume":"db"}"#)),
        \(volume("ram", options: #"{"device":"tmpfs","o":"size=1m","type":"tmpfs"}"#)),\(volume(unlabelled))],
        "Warnings":null}
        """

    static let noVolumes = #"{"Volumes":null,"Warnings":null}"#

    /// - Parameter usage: The members that `/system/df` adds.
    static func volume(
        _ name: String,
        labels: String = "null",
        options: String = "null",
        driver: String = "local",
        usage: String = ""
    ) -> String {
        """
        {"CreatedAt":"2026-11-21T15:28:37Z","Driver":"\(driver)","Labels":\(labels),
        "Mountpoint":"/var/lib/docker/volumes/\(name)/_data","Name":"\(name)","Options":\(options),"Scope":"local"\(usage)}
        """
    }

    /// Three images: two of them share all layers of the third, and one more.
    static let sharingImages = """
        [{"Containers":-1,"Created":1795274858,"Id":"sha256:e3","Labels":null,"ParentId":"sha256:55","RepoDigests":[],
        "RepoTags":["cls:1"],"SharedSize":2128096,"Size":2128099},
        {"Containers":-1,"Created":1795274858,"Id":"sha256:bd","Labels":null,"ParentId":"","RepoDigests":[],
        "RepoTags":["bk:1"],"SharedSize":2128096,"Size":2128096},
        {"Containers":-1,"Created":1795274857,"Id":"sha256:fa","Labels":null,"ParentId":"","RepoDigests":null,
        "RepoTags":["base:1","shop/base:latest"],"SharedSize":2028096,"Size":2028096}]
        """

    /// As the Engine sends it, with the space in the name ` Parents`.
    static let buildCache = """
        [{"ID":"n63u8hh5201acu67qpqaalr48","Type":"regular","Description":"copy /context /","InUse":false,
        "Shared":false,"Size":100086,"CreatedAt":"2026-11-21T15:27:37.714037478Z",
        "LastUsedAt":"2026-11-21T15:27:38.2099979Z","UsageCount":1},
        {"ID":"8zen04fe9cituxrpiow6qmao9"," Parents":["ot55m3jsxzfc0l0d26bfnrmyn"],"Type":"regular",
        "Description":"[2/3] COPY a /a","InUse":true,"Shared":true,"Size":100000,
        "CreatedAt":"2026-11-21T15:27:37.758684803Z","LastUsedAt":null,"UsageCount":0}]
        """

    static let diskUsage = """
        {"LayersSize":2128096,"Images":\(sharingImages),"Containers":[{"Id":"62b6","Names":["/stopped"],"Image":"cls:1",
        "ImageID":"sha256:e3","Command":"/bin/busybox sh","Created":1795274918,"Ports":[],"SizeRw":2,
        "SizeRootFs":2128098,"Labels":{"com.docker.compose.project":"shop"},"State":"exited",
        "Status":"Exited (0) Less than a second ago","HostConfig":{"NetworkMode":"bridge"},"Mounts":[{"Type":"volume",
        "Name":"\(anonymous)","Source":"","Destination":"/anon2","Driver":"local","Mode":"","RW":true}]},
        {"Id":"7d8d","Names":["/loc"],"Image":"base:1","ImageID":"sha256:fa","Created":1795274918,"SizeRootFs":2028096,
        "Labels":{},"State":"running","Status":"Up 1 second","Mounts":[]}],
        "Volumes":[\(volume(anonymous, usage: #","UsageData":{"RefCount":1,"Size":5000}"#)),
        \(volume("shop_data", usage: #","UsageData":{"RefCount":1,"Size":0}"#)),
        \(volume("shop_nfs", usage: #","UsageData":{"RefCount":-1,"Size":-1}"#)),\(volume("shop_db"))],
        "BuildCache":\(buildCache)}
        """

    /// For one kind of object; the others are left out.
    static func diskUsage(buildCache: String) -> String {
        #"{"LayersSize":0,"Images":null,"Containers":null,"Volumes":null,"BuildCache":\#(buildCache)}"#
    }
}
