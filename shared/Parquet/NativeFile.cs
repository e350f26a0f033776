using System.Buffers;
using ParquetSharp;
using ParquetSharp.IO;

namespace Streaming.Shared.Parquet;

/// <summary>
/// Owns every handle of the library on one file, and frees them in the order that it needs: a column reader that is left to the finalizer
/// calls back into a stream that is gone, which ends the process. Memory is read where it is, a local file by its path, all else through a stream.
/// </summary>
internal sealed class NativeFile : IDisposable
{
    private const int ReadAhead = 64 * 1024;

    private static readonly ReaderProperties OfMemory = Properties();

    private readonly Lock _lock = new();
    private readonly HashSet<NativeColumn> _open = [];
    private readonly ParquetFileReader _reader;
    private MemoryHandle _pin;
    private ParquetSharp.IO.Buffer? _buffer;
    private RandomAccessFile? _access;
    private bool _isDisposed;

    /// <param name="tailBytes">Bytes of the footer with its length and the magic, which are read in one piece.</param>
    public NativeFile(IByteSource source, int tailBytes)
    {
        try
        {
            using ReaderProperties? ofFile = source is MemoryByteSource ? null : Properties(tailBytes);
            _reader = source switch
            {
                MemoryByteSource memory => new ParquetFileReader(AccessTo(memory), OfMemory),
                FileByteSource file => new ParquetFileReader(file.Name, ofFile),
                _ => new ParquetFileReader(_access = new ManagedRandomAccessFile(new SourceStream(source), leaveOpen: true), ofFile),
            };
        }
        catch
        {
            FreeSource();
            throw;
        }
    }

    /// <summary>What the footer says. To be disposed by the caller.</summary>
    public FileMetaData Metadata => _reader.FileMetaData;

    /// <summary>A column of a row group, which is freed with the file at the latest.</summary>
    public NativeColumn OpenColumn(int rowGroup, int column)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            RowGroupReader group = _reader.RowGroup(rowGroup);
            try
            {
                var opened = new NativeColumn(this, group, group.Column(column));
                _open.Add(opened);
                return opened;
            }
            catch
            {
                group.Dispose();
                throw;
            }
        }
    }

    public void Close(NativeColumn column)
    {
        lock (_lock)
        {
            if (_open.Remove(column)) column.Free();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            foreach (NativeColumn column in _open) column.Free();
            _open.Clear();
            _reader.Dispose();
            FreeSource();
        }
    }

    private BufferReader AccessTo(MemoryByteSource memory)
    {
        _pin = memory.Bytes.Pin();
        unsafe
        {
            _buffer = new ParquetSharp.IO.Buffer((nint)_pin.Pointer, memory.Length);
        }

        var access = new BufferReader(_buffer);
        _access = access;
        return access;
    }

    private void FreeSource()
    {
        _access?.Dispose();
        _buffer?.Dispose();
        _pin.Dispose();
    }

    private static ReaderProperties Properties()
    {
        ReaderProperties properties = ReaderProperties.GetDefaultReaderProperties();
        properties.EnablePageChecksumVerification();
        return properties;
    }

    private static ReaderProperties Properties(int tailBytes)
    {
        ReaderProperties properties = Properties();
        properties.SetFooterReadSize(tailBytes);
        // Without it a column chunk is read whole.
        properties.EnableBufferedStream();
        properties.BufferSize = ReadAhead;
        return properties;
    }
}

/// <summary>The library's reader of one column of one row group.</summary>
internal sealed class NativeColumn(NativeFile file, RowGroupReader group, ParquetSharp.ColumnReader reader) : IDisposable
{
    private bool _isFreed;

    /// <summary>Reads rows of the page at hand, or of the next one: their definition levels, and without gaps the values that are there.</summary>
    /// <param name="levels">Empty for a required column.</param>
    /// <param name="values">Room for as many as <paramref name="levels"/> or rows are wanted.</param>
    /// <returns>Rows read, 0 for an empty page.</returns>
    public int Read<T>(int rows, Span<short> levels, Span<T> values, out int present)
        where T : unmanaged
    {
        ThrowIfFreed();
        int read = checked((int)((ColumnReader<T>)reader).ReadBatch(rows, levels, [], values, out long found));
        present = checked((int)found);
        return read;
    }

    /// <summary>The library would follow a pointer to nothing.</summary>
    public void ThrowIfFreed() => ObjectDisposedException.ThrowIf(_isFreed, this);

    public void Dispose() => file.Close(this);

    /// <summary>By the file alone.</summary>
    public void Free()
    {
        _isFreed = true;
        reader.Dispose();
        group.Dispose();
    }
}
