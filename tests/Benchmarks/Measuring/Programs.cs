namespace Streaming.Tests.Benchmarks.Measuring;

/// <summary>
/// Where consumer and producer are: native, as they are published, which the build of this project does too; or, if there was no C linker then, as built.
/// </summary>
internal static class Programs
{
    private static readonly string Folder = AppContext.BaseDirectory;
    private static readonly string Native = Path.Combine(Folder, "native");

    public static bool AreNative => Directory.Exists(Native);

    /// <summary>The command that runs one, to be followed by its arguments.</summary>
    public static string[] Command(string program)
    {
        string built = Path.Combine(Folder, program + ".dll");
        if (!AreNative) return ["dotnet", built];
        string native = Path.Combine(Native, OperatingSystem.IsWindows() ? program + ".exe" : program);
        return File.GetLastWriteTimeUtc(native) >= File.GetLastWriteTimeUtc(built)
            ? [native]
            : throw new InvalidOperationException($"{native} is older than {built}: dotnet build -c Release tests/Benchmarks makes it anew.");
    }
}
