using System.Runtime.InteropServices;

namespace Streaming.Tests.Benchmarks.Peers;

/// <summary>A DuckDB in memory.</summary>
internal sealed class DuckDb : IDisposable
{
    private nint _database;
    private nint _connection;

    public DuckDb()
    {
        if (DuckDbApi.Open(null, out _database) != 0 || DuckDbApi.Connect(_database, out _connection) != 0)
            throw new InvalidOperationException("DuckDB does not open.");
    }

    public DuckStatement Prepare(string sql) => new(_connection, sql);

    public void Execute(string sql)
    {
        using DuckStatement statement = Prepare(sql);
        statement.Execute();
    }

    /// <summary>The one whole number that the query answers.</summary>
    public long Count(string sql)
    {
        long answer = 0;
        using DuckStatement statement = Prepare(sql);
        statement.Read(chunk => answer = chunk.Longs(0)[0]);
        return answer;
    }

    public void Dispose()
    {
        DuckDbApi.Disconnect(ref _connection);
        DuckDbApi.Close(ref _database);
    }
}

/// <summary>A statement, planned once.</summary>
internal sealed class DuckStatement : IDisposable
{
    private nint _statement;

    public DuckStatement(nint connection, string sql)
    {
        if (DuckDbApi.Prepare(connection, sql, out _statement) == 0) return;
        string? reason = Marshal.PtrToStringUTF8(DuckDbApi.PrepareError(_statement));
        Dispose();
        throw new InvalidOperationException($"DuckDB: {reason}");
    }

    /// <summary>Gives the statement's only parameter its value.</summary>
    public void Bind(string value)
    {
        if (DuckDbApi.Bind(_statement, 1, value) != 0) throw new InvalidOperationException($"DuckDB takes no {value}.");
    }

    public void Execute()
    {
        Check(DuckDbApi.Execute(_statement, out DuckDbApi.Result result), ref result);
        DuckDbApi.DestroyResult(ref result);
    }

    /// <summary>Hands over the rows chunk by chunk as they come, without holding them all.</summary>
    public void Read(DuckChunkReader reader)
    {
        Check(DuckDbApi.ExecuteStreaming(_statement, out DuckDbApi.Result result), ref result);
        while (DuckDbApi.FetchChunk(result) is var chunk and not 0)
        {
            reader(new DuckChunk(chunk));
            DuckDbApi.DestroyChunk(ref chunk);
        }

        DuckDbApi.DestroyResult(ref result);
    }

    public void Dispose() => DuckDbApi.DestroyPrepared(ref _statement);

    private static void Check(int state, ref DuckDbApi.Result result)
    {
        if (state == 0) return;
        string? reason = Marshal.PtrToStringUTF8(DuckDbApi.ResultError(ref result));
        DuckDbApi.DestroyResult(ref result);
        throw new InvalidOperationException($"DuckDB: {reason}");
    }
}

internal delegate void DuckChunkReader(DuckChunk chunk);

/// <summary>Some rows of a result, column by column, where DuckDB holds them. Columns without nulls only.</summary>
internal readonly ref struct DuckChunk(nint chunk)
{
    private const int TextBytes = 16;
    private const int LongestInlineText = 12;

    public int Count => (int)DuckDbApi.ChunkSize(chunk);

    public unsafe ReadOnlySpan<long> Longs(int column) => new((void*)Data(column), Count);

    public unsafe ReadOnlySpan<double> Doubles(int column) => new((void*)Data(column), Count);

    /// <summary>Texts of a column, to be read with <see cref="Text"/>.</summary>
    public nint Texts(int column) => Data(column);

    // Up to twelve bytes stand behind the length; of longer texts four, and a pointer.
    public static unsafe ReadOnlySpan<byte> Text(nint texts, int row)
    {
        byte* text = (byte*)texts + (row * TextBytes);
        int length = *(int*)text;
        return new(length <= LongestInlineText ? text + sizeof(int) : *(byte**)(text + (2 * sizeof(int))), length);
    }

    private nint Data(int column) => DuckDbApi.VectorData(DuckDbApi.ChunkVector(chunk, (ulong)column));
}
