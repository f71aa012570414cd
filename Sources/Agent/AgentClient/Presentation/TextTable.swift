/// A table as kubectl prints it: columns padded to their widest cell, three spaces between them, no lines.
public struct TextTable: Sendable {
    private static let gap = 3

    /// The widths that the columns have got so far; rows printed later keep to them.
    private var widths: [Int]
    public let columns: [String]
    /// Dresses a cell, given its column's heading, without changing how wide it looks: colours.
    public var style: (@Sendable (_ heading: String, _ cell: String) -> String)?

    public init(columns: [String]) {
        self.columns = columns
        widths = columns.map(\.count)
    }

    /// The headings and the rows, a line each.
    public mutating func render(_ rows: [[String]]) -> String {
        grow(rows)
        return line(columns, isStyled: false) + rows.map { line($0) }.joined()
    }

    /// The rows alone.
    public mutating func renderWithoutHeadings(_ rows: [[String]]) -> String {
        // The columns are as wide as the rows need them.
        if widths == columns.map(\.count) { widths = columns.map { _ in 0 } }
        return renderMore(rows)
    }

    /// Rows under a table that has been printed already.
    public mutating func renderMore(_ rows: [[String]]) -> String {
        grow(rows)
        return rows.map { line($0) }.joined()
    }

    private mutating func grow(_ rows: [[String]]) {
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.count) }
        }
    }

    private func line(_ cells: [String], isStyled: Bool = true) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            text += isStyled ? style?(columns[index], cell) ?? cell : cell
            if index + 1 < cells.count {
                text += String(repeating: " ", count: widths[index] - cell.count + TextTable.gap)
            }
        }
        // Empty cells at the end leave no spaces there.
        while text.last == " " { text.removeLast() }
        return text + "\n"
    }
}
