using System.Runtime.InteropServices;

namespace Streaming.Tests.Benchmarks.Peers;

/// <summary>A SQLite database in a file, by the system's library, set to lose nothing of what it has committed (WAL, FULL).</summary>
internal sealed partial class Sqlite : IDisposable
{
    private const string Library = "libsqlite3.so.0";
    private const int Row = 100;
    private const int Done = 101;

    private readonly nint _database;

    public Sqlite(string path)
    {
        if (Open(path, out _database) != 0) throw Failed();
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
    }

    /// <summary>Why SQLite cannot be asked, or null if it can.</summary>
    public static string? Missing => NativeLibrary.TryLoad(Library, out _) ? null : $"{Library} is not installed";

    public void Execute(string sql)
    {
        nint statement = Prepare(sql);
        Step(statement);
        _ = Finalize(statement);
    }

    public long Count(string sql)
    {
        nint statement = Prepare(sql);
        Step(statement);
        long answer = ColumnInt64(statement, 0);
        _ = Finalize(statement);
        return answer;
    }

    public nint Prepare(string sql) => Prepare(_database, sql, -1, out nint statement, 0) == 0 ? statement : throw Failed();

    public void Bind(nint statement, int index, ReadOnlySpan<byte> blob)
    {
        // A null pointer instead of a function: the bytes stay where they are until the statement is reset.
        if (BindBlob(statement, index, blob, blob.Length, 0) != 0) throw Failed();
    }

    /// <summary>Runs to the first row or the end.</summary>
    public void Step(nint statement)
    {
        if (StepOnce(statement) is not (Row or Done)) throw Failed();
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    public static partial int Finalize(nint statement);

    public void Dispose() => _ = Close(_database);

    private InvalidOperationException Failed() => new($"SQLite: {Marshal.PtrToStringUTF8(ErrorMessage(_database))}");

    [LibraryImport(Library, EntryPoint = "sqlite3_open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, out nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    private static partial int Close(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    private static partial nint ErrorMessage(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Prepare(nint database, string sql, int length, out nint statement, nint rest);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    private static partial int BindBlob(nint statement, int index, ReadOnlySpan<byte> blob, int length, nint release);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    private static partial int StepOnce(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    private static partial long ColumnInt64(nint statement, int column);
}
