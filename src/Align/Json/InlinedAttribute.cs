using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace PPYolo.Align.Json;

/// <summary>
/// Marks a property whose value's members stand in JSON among those of the object that has it, each required. The property is never null.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class InlinedAttribute : Attribute
{
    /// <summary>A member's name beside the others and its place among them (as JsonPropertyOrder); null leaves the member out.</summary>
    public abstract (string Name, int Order)? Place(PropertyInfo member);

    /// <summary>Puts members in the place of the properties of a type that are marked.</summary>
    internal static void Apply(JsonTypeInfo info)
    {
        foreach (var outer in info.Properties.ToList())
        {
            if (outer.AttributeProvider?.GetCustomAttributes(typeof(InlinedAttribute), inherit: true) is not [InlinedAttribute inlined])
            {
                continue;
            }

            info.Properties.Remove(outer);
            foreach (var inner in info.Options.GetTypeInfo(outer.PropertyType).Properties)
            {
                if (inner.AttributeProvider is not PropertyInfo property || inlined.Place(property) is not var (name, order))
                {
                    continue;
                }

                var member = info.CreateJsonPropertyInfo(inner.PropertyType, name);
                member.Get = whole => inner.Get!(outer.Get!(whole)!);
                member.Set = (whole, value) => inner.Set!(outer.Get!(whole)!, value);
                member.IsSetNullable = inner.IsSetNullable;
                member.IsRequired = true;
                member.Order = order;
                info.Properties.Add(member);
            }
        }
    }
}
