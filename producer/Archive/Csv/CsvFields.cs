using Text = System.Text.Encoding;
using nietras.SeparatedValues;

namespace Streaming.Producer.Archive.Csv;

/// <summary>
/// Splits whole records into fields, by Sep. Bytes go through it as Latin-1, so that each comes back as it was: whether a text is UTF-8 is the
/// business of whoever takes the field.
/// </summary>
internal sealed class CsvFields(byte delimiter) : TextReader
{
    private readonly SepReaderOptions _options = new Sep((char)delimiter).Reader(options => options with
    {
        HasHeader = false,
        DisableColCountCheck = true,
        Unescape = true,
        Trim = SepTrim.Outer,
    });

    private char[] _chars = new char[32 << 10];
    private int _read;

    /// <summary>Characters of the records that were added.</summary>
    public int Length { get; private set; }

    public void Clear() => (Length, _read) = (0, 0);

    /// <param name="record">Neither blank nor malformed, without its line end.</param>
    public void Add(ReadOnlySpan<byte> record)
    {
        int length = Length + record.Length + 1;
        if (length > _chars.Length) Array.Resize(ref _chars, Math.Max(length, _chars.Length * 2));
        Text.Latin1.GetChars(record, _chars.AsSpan(Length));
        _chars[length - 1] = '\n';
        Length = length;
    }

    /// <summary>The records as rows of fields, in the order in which they were added.</summary>
    public SepReader Split() => _options.From(this);

    /// <summary>All fields of the records as text.</summary>
    public string[][] ToText()
    {
        var rows = new List<string[]>();
        using SepReader reader = Split();
        foreach (SepReader.Row row in reader)
        {
            var fields = new string[row.ColCount];
            for (int i = 0; i < fields.Length; i++) fields[i] = Text.UTF8.GetString(Text.Latin1.GetBytes(row[i].ToString()));
            rows.Add(fields);
        }

        return [.. rows];
    }

    public override int Read(Span<char> buffer)
    {
        int count = Math.Min(buffer.Length, Length - _read);
        _chars.AsSpan(_read, count).CopyTo(buffer);
        _read += count;
        return count;
    }

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read() => _read < Length ? _chars[_read++] : -1;

    public override int Peek() => _read < Length ? _chars[_read] : -1;
}
