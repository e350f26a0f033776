namespace Streaming.Tests.TestKit;

/// <summary>The statements of deploy/athena, and a way to run them where there is no Athena: DuckDB over the same objects.</summary>
public static class AthenaScripts
{
    public static string Table => Read("2-avg_1min.sql");

    public static string Views => Read("3-views.sql");

    /// <summary>The README's query.</summary>
    public static string Query => Read("query.sql");

    /// <summary>The rows of a query, each value as text, with the table standing for the lake folder and the views made.</summary>
    public static string?[][] Run(string lake, string query) => NodeReaders.Query($$"""
        CREATE SCHEMA stock_streaming_database;
        CREATE VIEW stock_streaming_database.avg_1min AS SELECT * FROM read_parquet(
          '{{lake.Replace("'", "''", StringComparison.Ordinal)}}/avg_1min/*/*/*.parquet',
          hive_partitioning = true, hive_types = {'ticker': VARCHAR, 'trade_date': VARCHAR});
        {{Views}}
        {{query}}
        """);

    private static string Read(string name) => File.ReadAllText(Path.Combine(TestPaths.Repository, "deploy", "athena", name));
}
