using System.Globalization;
using System.Text.Json;
using PPYolo.Align;

namespace PPYolo.Data.Coco;

/// <summary>
/// Walks through a COCO file value by value without building a tree, and turns whatever is not as it should be into a message with the
/// file, the place, what was expected and what is there. Members that nobody asks for are skipped; of members given twice the last one
/// counts, as in Python.
/// </summary>
/// <param name="file">The file's name, for messages.</param>
/// <param name="json">Its content, UTF-8.</param>
internal ref struct CocoJsonCursor(string file, ReadOnlySpan<byte> json)
{
    private Utf8JsonReader reader = new(json);
    private Utf8JsonReader itemStart;

    // The place of the value: section[item].member; the parts that do not apply are empty or -1.
    private string section = "";
    private int item = -1;
    private string member = "";

    /// <summary>Steps onto the file's value and enters it.</summary>
    /// <param name="token">The start of an object or an array.</param>
    /// <param name="expected">What it should be, for messages.</param>
    /// <param name="items">What the items of an array are called in messages.</param>
    public void Open(JsonTokenType token, string expected, string items = "")
    {
        reader.Read();
        Require(token, expected);
        section = items;
    }

    /// <summary>Requires that nothing follows the file's value.</summary>
    public void Close() => reader.Read();

    /// <summary>
    /// Steps onto the value of the next member of a top-level object, an array, and enters it, or returns false at the object's end.
    /// </summary>
    /// <param name="names">The members asked for; others are skipped.</param>
    /// <param name="index">Which of them it is.</param>
    public bool NextSection(ReadOnlySpan<string> names, out int index)
    {
        (section, item, member) = ("", -1, "");
        if (!NextMember(names, out index))
        {
            return false;
        }

        (section, member) = (member, "");
        Require(JsonTokenType.StartArray, "an array");
        return true;
    }

    /// <summary>Enters the next item of an array, which must be an object, or returns false at the array's end.</summary>
    public bool NextItem()
    {
        item++;
        member = "";
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        itemStart = reader;
        Require(JsonTokenType.StartObject, "an object {...}");
        return true;
    }

    /// <summary>Goes to the end of the item, wherever in it the cursor is.</summary>
    public void SkipItem()
    {
        reader = itemStart;
        reader.Skip();
    }

    /// <summary>Steps onto the value of the next member asked for, or returns false at the object's end.</summary>
    public bool NextMember(ReadOnlySpan<string> names, out int index)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            index = 0;
            while (index < names.Length && !reader.ValueTextEquals(names[index]))
            {
                index++;
            }

            if (index < names.Length)
            {
                member = names[index];
                reader.Read();
                return true;
            }

            reader.Skip();
        }

        index = -1;
        member = "";
        return false;
    }

    /// <summary>A whole number; one written with a point or exponent is taken if it is whole.</summary>
    public readonly long Whole()
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (reader.TryGetInt64(out var whole))
            {
                return whole;
            }

            if (reader.TryGetDouble(out var number) && Math.Abs(number) < 1L << 53 && number == Math.Floor(number))
            {
                return (long)number;
            }
        }

        throw Unexpected("a whole number");
    }

    /// <summary>An id that is given: a whole number, or a text that gets one.</summary>
    public readonly long NewId(CocoIds ids) => reader.TokenType == JsonTokenType.String ? ids.Add(reader.GetString()!) : Whole();

    /// <summary>An id that refers to one of another file.</summary>
    public readonly long KnownId(CocoIds ids) => reader.TokenType == JsonTokenType.String ? ids.Find(reader.GetString()!) : Whole();

    /// <summary>The value as the file writes it, for messages.</summary>
    public readonly string Written => Shortened();

    /// <summary>A finite number.</summary>
    public readonly double Number() => Finite("a finite number");

    /// <summary>A yes or no, written as a whole number (0 is no) or as true or false.</summary>
    public readonly bool Flag() =>
        reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => Whole() != 0,
        };

    /// <summary>A text, or null for a value of another kind.</summary>
    public string? TextOrNull()
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }

        reader.Skip();
        return null;
    }

    /// <summary>Four finite numbers in an array: left, top, width, height.</summary>
    public CocoBox Box()
    {
        const string expected = "four finite numbers [left, top, width, height]";
        Require(JsonTokenType.StartArray, expected);
        Span<double> numbers = stackalloc double[4];
        foreach (ref var number in numbers)
        {
            reader.Read();
            number = Finite(expected);
        }

        reader.Read();
        Require(JsonTokenType.EndArray, expected);
        return new(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    /// <summary>Requires members to have been there.</summary>
    /// <param name="names">The names of the members.</param>
    /// <param name="seen">A bit for each of them that was there.</param>
    /// <param name="required">How many of them, from the first, must be there.</param>
    public void RequireMembers(ReadOnlySpan<string> names, int seen, int required)
    {
        for (var i = 0; i < required; i++)
        {
            if ((seen & (1 << i)) == 0)
            {
                member = "";
                throw Error($"expected a member '{names[i]}', found none; add it or export the file again");
            }
        }
    }

    /// <summary>The message of an error of this cursor without the name of the file.</summary>
    public readonly string WithoutFile(AlignException error) => error.Message[(file.Length + 2)..];

    /// <summary>An error at the place where the cursor is.</summary>
    public readonly AlignException Error(string problem) => new($"{file}: {Place}{problem}");

    private readonly double Finite(string expected) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Unexpected(expected);

    private readonly void Require(JsonTokenType token, string expected)
    {
        if (reader.TokenType != token)
        {
            throw Unexpected(expected);
        }
    }

    private readonly AlignException Unexpected(string expected)
    {
        var found = reader.TokenType switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "an array",
            JsonTokenType.EndArray => "the end of the array",
            JsonTokenType.String => $"the text \"{Shortened()}\"",
            _ => Shortened(),
        };
        return Error($"expected {expected}, found {found}; correct it or export the file again");
    }

    private readonly string Shortened()
    {
        const int most = 40;
        var text = System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
        return text.Length <= most ? text : text[..most] + "...";
    }

    private readonly string Place
    {
        get
        {
            var place = section + (item < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"[{item}]"));
            place += place.Length > 0 && member.Length > 0 ? "." + member : member;
            return place.Length == 0 ? "" : place + ": ";
        }
    }
}
