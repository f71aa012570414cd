import Glibc
import NetworkSpec

extension NetlinkSocket {
    /// The link of a name, nil where there is none.
    public borrowing func link(named name: String) throws(NetlinkError) -> Link? {
        try onlyLink(.getLink(named: name))
    }

    /// The link of a number, nil where there is none.
    public borrowing func link(_ index: Int32) throws(NetlinkError) -> Link? {
        try onlyLink(.getLink(index))
    }

    private borrowing func onlyLink(_ request: NetlinkRequest) throws(NetlinkError) -> Link? {
        do throws(NetlinkError) {
            return try query(request).lazy.compactMap(Link.init).first
        } catch  where error.errno == ENODEV {
            return nil
        }
    }

    /// All links of the namespace.
    public borrowing func links() throws(NetlinkError) -> [Link] {
        try dump(.listLinks()).compactMap(Link.init)
    }

    /// All addresses of the namespace.
    public borrowing func addresses() throws(NetlinkError) -> [InterfaceAddress] {
        try dump(.listAddresses()).compactMap(InterfaceAddress.init)
    }

    /// All routes of the namespace, of every table.
    public borrowing func routes() throws(NetlinkError) -> [InstalledRoute] {
        try dump(.listRoutes()).compactMap(InstalledRoute.init)
    }

    /// Removes a link. False where it was not there.
    @discardableResult
    public borrowing func deleteLink(_ index: Int32) throws(NetlinkError) -> Bool {
        do throws(NetlinkError) {
            try perform(.deleteLink(index))
            return true
        } catch  where error.errno == ENODEV {
            return false
        }
    }
}
