namespace VerifyTests;

/// <summary>Compares two binary contents and says whether they count as equal.</summary>
/// <param name="received">What the test produced.</param>
/// <param name="verified">The approved snapshot.</param>
/// <param name="context">The context of the settings in force.</param>
public delegate Task<CompareResult> StreamCompare(Stream received, Stream verified, IReadOnlyDictionary<string, object> context);
