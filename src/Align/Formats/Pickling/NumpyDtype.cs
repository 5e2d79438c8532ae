namespace PPYolo.Align.Formats.Pickling;

/// <summary>A NumPy dtype while a file is read: its byte order comes after it.</summary>
internal sealed class NumpyDtype(string name)
{
    private string order = "";

    /// <summary>Whether its elements have fields, or are arrays themselves.</summary>
    public bool IsStructured { get; set; }

    public string Text => order + name;

    public void SetOrder(string value) => order = name.Length > 0 && char.IsAsciiLetter(name[0]) ? value : "";

    public override string ToString() => $"dtype {Text}";
}
