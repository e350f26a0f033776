using System.Reflection;
using ParquetSharp;
using ParquetSharp.Schema;

namespace Streaming.Shared.Parquet;

/// <summary>The library's schema and settings for files of some fields. Read by many writers at once.</summary>
internal sealed class WriterParts
{
    /// <summary>A longer bound of texts is left out.</summary>
    private const int MaxBoundBytes = 64;

    private static readonly string CreatedBy = DescribeBuild();

    private readonly Lazy<WriterProperties> _plain;
    private readonly Lazy<WriterProperties> _snappy;

    public WriterParts(IReadOnlyList<ParquetField> fields)
    {
        Schema = WrittenFields.SchemaOf(fields);
        _plain = new Lazy<WriterProperties>(() => Build(fields, ParquetSharp.Compression.Uncompressed));
        _snappy = new Lazy<WriterProperties>(() => Build(fields, ParquetSharp.Compression.Snappy));
    }

    public GroupNode Schema { get; }

    public WriterProperties PropertiesOf(CompressionCodec codec) => codec == CompressionCodec.None ? _plain.Value : _snappy.Value;

    private static WriterProperties Build(IReadOnlyList<ParquetField> fields, ParquetSharp.Compression compression)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(compression).EnablePageChecksum().SetMaxStatisticsSize(MaxBoundBytes).CreatedBy(CreatedBy);
        foreach (ParquetField field in fields)
        {
            if (field.MayBeNaN) builder.DisableStatistics(field.Name);
            // The library would build one of all numbers, and of prices it makes the file larger.
            if (field.Type != PhysicalType.ByteArray) builder.DisableDictionary(field.Name);
        }

        return builder.Build();
    }

    // The form that readers parse to know of a writer's faults.
    private static string DescribeBuild()
    {
        string version = typeof(WriterParts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        int build = version.IndexOf('+', StringComparison.Ordinal);
        return build < 0 ? $"streaming version {version} (build local)" : $"streaming version {version[..build]} (build {version[(build + 1)..]})";
    }
}
