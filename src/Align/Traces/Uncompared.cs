namespace PPYolo.Align.Traces;

/// <summary>Entries that one run alone has recorded: nothing is known of them in the other, and they neither agree nor differ.</summary>
/// <param name="What">Which, as a report says it.</param>
/// <param name="Entries">How many.</param>
/// <param name="Share">Their share of all entries of both runs, in [0,1].</param>
public sealed record Uncompared(string What, int Entries, double Share);
