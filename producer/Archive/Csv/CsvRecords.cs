namespace Streaming.Producer.Archive.Csv;

/// <summary>
/// Owns where the records of a CSV begin and end: at CR, LF or CRLF outside quotes, as RFC 4180 has quotes. Does not split them into
/// fields. Holds one record at a time, of bounded length, so that a file of one endless line cannot fill the memory.
/// </summary>
/// <remarks>
/// A quote that is never closed, or that stands in the middle of a field, costs its own line alone: the next record begins on the next
/// line. Otherwise a single stray quote would swallow good rows up to the next one.
/// </remarks>
internal sealed class CsvRecords(Stream bytes, CsvPlace start) : IDisposable
{
    /// <summary>Bytes of a record; a quoted field may hold line ends.</summary>
    public const int MaxRecordBytes = 1 << 20;

    private const int FirstBufferBytes = 32 << 10;

    // In place of the length of a record.
    private const int Incomplete = -1;
    private const int Malformed = -2;

    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _from;
    private int _to;
    private bool _isAtEnd;
    private CsvPlace _place = start;

    /// <summary>Where the next record begins.</summary>
    public CsvPlace Place => _place;

    private ReadOnlySpan<byte> Rest => _buffer.AsSpan(_from.._to);

    /// <summary>Bytes that come next, at least so many unless the file ends before; valid until the next call.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        while (_to - _from < count && Fill())
        {
        }

        return Rest;
    }

    public void Skip(int count) => Advance(count, lines: 0);

    /// <summary>Goes on to a place further on; false if the file ends before it.</summary>
    public bool SkipTo(CsvPlace place)
    {
        while (_place.Offset < place.Offset)
        {
            int there = Peek(1).Length;
            if (there == 0) return false;
            Skip((int)Math.Min(there, place.Offset - _place.Offset));
        }

        _place = place;
        return true;
    }

    /// <summary>The next record that is not a blank line; false at the end.</summary>
    /// <param name="record">Without its line end; valid until the next call.</param>
    /// <param name="fault">Why the record cannot be split into fields, or <see cref="FaultKind.None"/>.</param>
    public bool TryRead(byte delimiter, out ReadOnlySpan<byte> record, out long line, out FaultKind fault)
    {
        while (TryFrame(delimiter, out int length, out fault))
        {
            line = _place.Line;
            record = Rest[..length];
            int next = length + LineEnd(Rest[length..]);
            Advance(next, LinesIn(record) + (next > length ? 1 : 0));
            if (fault == FaultKind.LineTooLong)
            {
                SkipLine(isEnded: next > length);
                record = [];
                return true;
            }

            if (record.ContainsAnyExcept((byte)' ', (byte)'\t') || record.Contains(delimiter)) return true;
        }

        line = _place.Line;
        record = [];
        return false;
    }

    public void Dispose() => bytes.Dispose();

    // How long the next record is; false at the end of the file.
    private bool TryFrame(byte delimiter, out int length, out FaultKind fault)
    {
        fault = FaultKind.None;
        while (true)
        {
            ReadOnlySpan<byte> rest = Rest;
            bool isFull = _isAtEnd || rest.Length > MaxRecordBytes;
            length = rest.IndexOfAny((byte)'\r', (byte)'\n', (byte)'"');
            if (length >= 0 && rest[length] == '"')
            {
                length = QuotedRecord(rest, delimiter, _isAtEnd);
                if (length == Malformed || (length == Incomplete && isFull))
                {
                    fault = FaultKind.BadQuote;
                    length = rest.IndexOfAny((byte)'\r', (byte)'\n');
                }
            }

            // A CR at the end of what is here may be the first half of a CRLF.
            if (length >= 0 && (_isAtEnd || length + 1 < rest.Length || rest[length] == '\n')) break;
            if (isFull && length < 0)
            {
                length = rest.Length;
                break;
            }

            Fill();
        }

        if (length > MaxRecordBytes) fault = FaultKind.LineTooLong;
        return _to > _from;
    }

    // A field is quoted if it begins with a quote, apart from spaces, and ends with one.
    private static int QuotedRecord(ReadOnlySpan<byte> rest, byte delimiter, bool isAtEnd)
    {
        int at = 0;
        while (true)
        {
            at += SpacesIn(rest[at..]);
            if (at < rest.Length && rest[at] == '"')
            {
                if (!TryCloseQuote(rest, ref at)) return Incomplete;
                // Another quote may follow what is here.
                if (at == rest.Length && !isAtEnd) return Incomplete;
                at += SpacesIn(rest[at..]);
                if (at == rest.Length) return isAtEnd ? at : Incomplete;
                if (rest[at] is not ((byte)'\r' or (byte)'\n') && rest[at] != delimiter) return Malformed;
            }
            else
            {
                int length = rest[at..].IndexOfAny([delimiter, (byte)'\r', (byte)'\n', (byte)'"']);
                if (length < 0) return isAtEnd ? rest.Length : Incomplete;
                at += length;
                if (rest[at] == '"') return Malformed;
            }

            if (rest[at] != delimiter) return at;
            at++;
        }
    }

    // From an opening quote to behind the closing one; two quotes are one that belongs to the text.
    private static bool TryCloseQuote(ReadOnlySpan<byte> rest, ref int at)
    {
        while (true)
        {
            int length = rest[(at + 1)..].IndexOf((byte)'"');
            if (length < 0) return false;
            at += length + 2;
            if (at == rest.Length || rest[at] != '"') return true;
        }
    }

    private static int SpacesIn(ReadOnlySpan<byte> text)
    {
        int spaces = text.IndexOfAnyExcept((byte)' ');
        return spaces < 0 ? text.Length : spaces;
    }

    private static int LineEnd(ReadOnlySpan<byte> text) => text switch
    {
        [(byte)'\r', (byte)'\n', ..] => 2,
        [(byte)'\r' or (byte)'\n', ..] => 1,
        _ => 0,
    };

    private static int LinesIn(ReadOnlySpan<byte> text)
    {
        int lines = 0;
        for (int end; (end = text.IndexOfAny((byte)'\r', (byte)'\n')) >= 0; lines++) text = text[(end + LineEnd(text[end..]))..];
        return lines;
    }

    // The rest of a line of which only the beginning was kept.
    private void SkipLine(bool isEnded)
    {
        while (!isEnded)
        {
            int length = Rest.IndexOfAny((byte)'\r', (byte)'\n');
            isEnded = length >= 0;
            // One byte more has to be here to tell CR from CRLF.
            if (isEnded) Peek(length + 2);
            int skipped = isEnded ? length + LineEnd(Rest[length..]) : Rest.Length;
            Advance(skipped, isEnded ? 1 : 0);
            if (!isEnded && !Fill()) return;
        }
    }

    private void Advance(int count, int lines)
    {
        _from += count;
        _place = new CsvPlace(_place.Offset + count, _place.Line + lines);
    }

    // False at the end of the file.
    private bool Fill()
    {
        if (_isAtEnd) return false;
        if (_from > 0)
        {
            Rest.CopyTo(_buffer);
            (_from, _to) = (0, _to - _from);
        }

        if (_to == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        int read = bytes.Read(_buffer, _to, _buffer.Length - _to);
        _to += read;
        _isAtEnd = read == 0;
        return !_isAtEnd;
    }
}

/// <summary>Consecutive rows of a CSV.</summary>
internal sealed record CsvPart(CsvPlace Start, long RowCount);

/// <summary>Where a record begins.</summary>
/// <param name="Offset">Bytes of the (unpacked) file before it.</param>
/// <param name="Line">From 1.</param>
internal readonly record struct CsvPlace(long Offset, long Line);
