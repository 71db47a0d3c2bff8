/** Fields of a form that belong together, under a title that is read before each of them. */
import type { ReactElement, ReactNode } from 'react';

export function FormPart({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <fieldset className="form-part">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}
