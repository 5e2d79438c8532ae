using System.Text;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>Pickles as versions of PyTorch write them that are not installed here, opcode by opcode; each character is a byte.</summary>
internal static class TorchPickle
{
    public const string Hooks = "ccollections\nOrderedDict\n)R";

    /// <summary>What follows the strides since PyTorch 0.4: no gradient, no hooks.</summary>
    public const string Tail = "\u0089" + Hooks;

    public static string Text(string text) => $"X{Int32(text.Length)}{text}";

    public static string Number(long value) =>
        value is >= 0 and < 256 ? $"K{(char)value}" : "\u008a\u0008" + Latin1(BitConverter.GetBytes(value));

    public static string Storage(string type = "FloatStorage", int count = 2, string view = "") =>
        $"({Text("storage")}ctorch{(type == "UntypedStorage" ? ".storage" : "")}\n{type}\n{Text("0")}{Text("cpu")}{Number(count)}{view}tQ";

    /// <summary>A call of a function that makes a tensor of two elements, with what follows its strides.</summary>
    public static string Tensor(string function, string tail, string? storage = null, long offset = 0, int extent = 2) =>
        $"ctorch._utils\n{function}\n({storage ?? Storage()}{Number(offset)}({Number(extent)}t({Number(1)}t{tail}tR";

    public static string Dict(params (string Key, string Value)[] entries) =>
        $"}}({string.Concat(entries.Select(entry => Text(entry.Key) + entry.Value))}u";

    /// <summary>A file in the form since PyTorch 1.6 of {"c": value}.</summary>
    public static byte[] File(string value, byte[]? storage = null) =>
        Raw.Zip(
            ("archive/data.pkl", Raw.Pickle(Dict(("c", value)) + ".")),
            ("archive/data/0", storage ?? [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(-2f)])
        );

    /// <summary>A file in the form before that.</summary>
    public static byte[] OldFile(string value, params float[] storage) =>
        [
            .. Raw.Pickle("\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019."),
            .. Raw.Pickle("M\u00e9\u0003."),
            .. Raw.Pickle(Dict(("little_endian", "\u0088")) + "."),
            .. Raw.Pickle(Dict(("c", value)) + "."),
            .. Raw.Pickle("]" + Text("0") + "a."),
            .. BitConverter.GetBytes((long)storage.Length),
            .. storage.SelectMany(BitConverter.GetBytes),
        ];

    private static string Int32(int value) => Latin1(BitConverter.GetBytes(value));

    private static string Latin1(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
