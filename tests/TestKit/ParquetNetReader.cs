using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace Streaming.Tests.TestKit;

/// <summary>Parquet.Net, with which a .NET user will read our files; the columns of the types that the lake has.</summary>
public static class ParquetNetReader
{
    public const string Name = "Parquet.Net";

    public static async Task<ReadTable> ReadAsync(string file)
    {
        await using ParquetReader reader = await ParquetReader.CreateAsync(file);
        DataField[] fields = reader.Schema.GetDataFields();
        var rows = new List<string?[]>();
        for (int i = 0; i < reader.RowGroupCount; i++)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
            var columns = new List<string?[]>();
            foreach (DataField field in fields) columns.Add(await ReadAsync(group, field));
            for (int row = 0; row < group.RowCount; row++) rows.Add([.. columns.Select(column => column[row])]);
        }

        return new ReadTable([.. fields.Select(field => new[] { field.Name, field.ClrType.Name })], [.. rows], reader.CustomMetadata);
    }

    private static async Task<string?[]> ReadAsync(ParquetRowGroupReader group, DataField field)
    {
        int rows = (int)group.RowCount;
        if (field.ClrType == typeof(ReadOnlyMemory<char>))
        {
            string?[] texts = new string?[rows];
            await group.ReadAsync(field, texts.AsMemory());
            return texts;
        }

        return field.ClrType switch
        {
            var type when type == typeof(long) => await ValuesAsync<long>(value => value.ToString(CultureInfo.InvariantCulture)),
            var type when type == typeof(int) => await ValuesAsync<int>(value => value.ToString(CultureInfo.InvariantCulture)),
            var type when type == typeof(bool) => await ValuesAsync<bool>(value => value ? "true" : "false"),
            var type when type == typeof(double) => await ValuesAsync<double>(value => value.ToString("R", CultureInfo.InvariantCulture)),
            var type when type == typeof(DateTime) => await ValuesAsync<DateTime>(
                value => ((value.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture)),
            var type => throw new NotSupportedException($"{field.Name} is {type}."),
        };

        async Task<string?[]> ValuesAsync<T>(Func<T, string> show)
            where T : struct
        {
            if (!field.IsNullable)
            {
                var required = new T[rows];
                await group.ReadAsync<T>(field, required.AsMemory());
                return [.. required.Select(show)];
            }

            var values = new T?[rows];
            await group.ReadAsync<T>(field, values.AsMemory());
            return [.. values.Select(value => value is { } there ? show(there) : null)];
        }
    }
}
