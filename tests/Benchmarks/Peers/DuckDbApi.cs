using System.Reflection;
using System.Runtime.InteropServices;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Benchmarks.Peers;

/// <summary>DuckDB's C functions, out of the library that comes with its package for Node.</summary>
internal static partial class DuckDbApi
{
    private const string Library = "duckdb";

    private static readonly string? LibraryFile = FindLibrary();

    static DuckDbApi() => NativeLibrary.SetDllImportResolver(typeof(DuckDbApi).Assembly, Resolve);

    /// <summary>Why DuckDB cannot be asked, or null if it can.</summary>
    public static string? Missing => LibraryFile is null ? "libduckdb is not installed: tests/Benchmarks/peers" : null;

    private static string? FindLibrary()
    {
        string folder = Path.Combine(TestPaths.Repository, "tests", "readers", "node_modules", "@duckdb");
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*duckdb.*", SearchOption.AllDirectories).FirstOrDefault(file => Path.GetExtension(file) is ".so" or ".dylib" or ".dll")
            : null;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? paths)
        => name == Library && LibraryFile is not null ? NativeLibrary.Load(LibraryFile) : 0;

    [LibraryImport(Library, EntryPoint = "duckdb_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string? path, out nint database);

    [LibraryImport(Library, EntryPoint = "duckdb_close")]
    public static partial void Close(ref nint database);

    [LibraryImport(Library, EntryPoint = "duckdb_connect")]
    public static partial int Connect(nint database, out nint connection);

    [LibraryImport(Library, EntryPoint = "duckdb_disconnect")]
    public static partial void Disconnect(ref nint connection);

    [LibraryImport(Library, EntryPoint = "duckdb_prepare", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Prepare(nint connection, string sql, out nint statement);

    [LibraryImport(Library, EntryPoint = "duckdb_prepare_error")]
    public static partial nint PrepareError(nint statement);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_prepare")]
    public static partial void DestroyPrepared(ref nint statement);

    [LibraryImport(Library, EntryPoint = "duckdb_bind_varchar", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Bind(nint statement, ulong parameter, string value);

    [LibraryImport(Library, EntryPoint = "duckdb_execute_prepared")]
    public static partial int Execute(nint statement, out Result result);

    [LibraryImport(Library, EntryPoint = "duckdb_execute_prepared_streaming")]
    public static partial int ExecuteStreaming(nint statement, out Result result);

    [LibraryImport(Library, EntryPoint = "duckdb_result_error")]
    public static partial nint ResultError(ref Result result);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_result")]
    public static partial void DestroyResult(ref Result result);

    [LibraryImport(Library, EntryPoint = "duckdb_fetch_chunk")]
    public static partial nint FetchChunk(Result result);

    [LibraryImport(Library, EntryPoint = "duckdb_data_chunk_get_size")]
    public static partial ulong ChunkSize(nint chunk);

    [LibraryImport(Library, EntryPoint = "duckdb_data_chunk_get_vector")]
    public static partial nint ChunkVector(nint chunk, ulong column);

    [LibraryImport(Library, EntryPoint = "duckdb_vector_get_data")]
    public static partial nint VectorData(nint vector);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_data_chunk")]
    public static partial void DestroyChunk(ref nint chunk);

    /// <summary>Laid out as <c>duckdb_result</c>; all its fields are DuckDB's own affair.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Result
    {
        public ulong Columns;
        public ulong Rows;
        public ulong RowsChanged;
        public nint ColumnData;
        public nint Error;
        public nint Internal;
    }
}
