namespace PPYolo.Align.Formats.Bytes;

/// <summary>What to do, for messages.</summary>
internal static class Advice
{
    public const string Damaged = "the file is cut short or damaged: make or copy it again";
}
