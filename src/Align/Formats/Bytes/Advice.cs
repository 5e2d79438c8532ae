namespace PPYolo.Align.Formats.Bytes;

/// <summary>What to do, for messages.</summary>
internal static class Advice
{
    public const string Damaged = "the file is cut short or damaged: make or copy it again";

    public const string Longer = "something was appended to the file, or it is two in one: copy it again, or cut the rest off";

    public const string Tensors = "save the model's tensors alone, as a state_dict";
}
