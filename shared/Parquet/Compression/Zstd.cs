using System.Runtime.InteropServices;

namespace Streaming.Shared.Parquet.Compression;

/// <summary>
/// Zstandard by the system's library: no package that we can restore has it. It is looked for when the first such page is read, so
/// that a machine without it reads everything else.
/// </summary>
internal static unsafe class Zstd
{
    private static readonly string[] Names = ["libzstd.so.1", "libzstd.1.dylib", "libzstd.dll", "zstd"];

    private static readonly Lazy<Functions?> Library = new(Load);

    /// <summary>A context is about 100 KB that every page would otherwise allocate; each thread keeps one.</summary>
    [ThreadStatic]
    private static Context? _context;

    public static bool IsAvailable => Library.Value is not null;

    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        Functions zstd = Library.Value ?? throw new InvalidDataException(
            "the column is compressed with ZSTD and libzstd is not installed (Debian, Ubuntu: apt-get install libzstd1)");
        Context context = _context ??= new Context(zstd);
        fixed (byte* from = source)
        fixed (byte* to = target)
        {
            nuint written = zstd.Decompress(context.DangerousGetHandle(), to, (nuint)target.Length, from, (nuint)source.Length);
            if (zstd.IsError(written) != 0 || written != (nuint)target.Length)
                throw new InvalidDataException($"a ZSTD page does not decompress to its {target.Length} bytes");
        }

        GC.KeepAlive(context);
    }

    private static Functions? Load()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, typeof(Zstd).Assembly, searchPath: null, out nint library)) return new Functions(library);
        }

        return null;
    }

    private sealed class Functions(nint library)
    {
        public readonly delegate* unmanaged<nint> CreateContext =
            (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "ZSTD_createDCtx");

        public readonly delegate* unmanaged<nint, nuint> FreeContext =
            (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeDCtx");

        public readonly delegate* unmanaged<nint, void*, nuint, void*, nuint, nuint> Decompress =
            (delegate* unmanaged<nint, void*, nuint, void*, nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_decompressDCtx");

        public readonly delegate* unmanaged<nuint, uint> IsError =
            (delegate* unmanaged<nuint, uint>)NativeLibrary.GetExport(library, "ZSTD_isError");
    }

    /// <summary>Frees the context when its thread is gone.</summary>
    private sealed class Context : SafeHandle
    {
        private readonly Functions _zstd;

        public Context(Functions zstd)
            : base(invalidHandleValue: 0, ownsHandle: true)
        {
            _zstd = zstd;
            SetHandle(zstd.CreateContext());
            if (IsInvalid) throw new InvalidOperationException("ZSTD_createDCtx found no memory");
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            _zstd.FreeContext(handle);
            return true;
        }
    }
}
