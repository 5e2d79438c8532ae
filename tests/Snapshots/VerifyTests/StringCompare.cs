namespace VerifyTests;

/// <summary>Compares two texts that are not equal to the letter and says whether they count as equal all the same.</summary>
/// <param name="received">What the test produced, lines ending in LF.</param>
/// <param name="verified">The approved snapshot, lines ending in LF.</param>
/// <param name="context">The context of the settings in force.</param>
public delegate Task<CompareResult> StringCompare(string received, string verified, IReadOnlyDictionary<string, object> context);
